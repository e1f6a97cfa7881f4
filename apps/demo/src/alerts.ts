/** What an alert tells its receiver (RFC 9846 §6). */
export function alertSentence(description: string): string {
  return sentences[description] ?? 'the connection cannot go on';
}

const sentences: Readonly<Record<string, string>> = {
  close_notify: 'no more data will come: the end is not a cut',
  protocol_version: 'none of the offered versions is spoken here',
  certificate_expired: 'the certificate is not valid at this time',
  bad_certificate: 'the certificate is corrupt, wrongly signed, or not for this name',
  unknown_ca: 'the certificate leads to no authority that is trusted here',
  certificate_required: 'a client certificate is a must here, and none came',
  certificate_unknown: 'the certificate is not acceptable',
  unsupported_certificate: 'the certificate is of a kind that is not accepted here',
  handshake_failure: 'there is no acceptable set of parameters',
};
