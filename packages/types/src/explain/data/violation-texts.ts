import type { violations } from '../../violations.ts';

/** The stable name of a row of `violations`. */
export type ViolationCode = (typeof violations)[keyof typeof violations]['code'];

/** Where a rule stands and what breaking it means. */
export interface ViolationText {
  /** `RFC nnnn §x.y`. */
  readonly section: string;
  /** One sentence for a person who runs the connection. */
  readonly sentence: string;
}

/** The texts in the order of the rows; the compiler sees to it that none is missing and none too many. */
export const violationText: Readonly<Record<ViolationCode, ViolationText>> = {
  'unexpected-message': {
    section: 'RFC 9846 §4',
    sentence: 'A handshake message arrived at a point where the protocol has no place for it.',
  },
  'key-change-not-aligned': {
    section: 'RFC 9846 §5.1',
    sentence: 'A record goes on after the message that changes the keys, so its rest would be read under the wrong ones.',
  },
  'flight-not-aligned': {
    section: 'RFC 9846 §5.1',
    sentence: 'A record goes on after a message that has to be answered first.',
  },
  'malformed-message': {
    section: 'RFC 9846 §6',
    sentence: 'A message does not have the shape that its type prescribes: a length runs over, a value lies outside its range, or bytes are left over.',
  },
  'message-too-long': {
    section: 'RFC 9846 §4',
    sentence: 'A handshake message announces more bytes than we are ready to hold for one.',
  },
  'duplicate-extension': {
    section: 'RFC 9846 §4.3',
    sentence: 'The same extension stands twice in one message.',
  },
  'forbidden-extension': {
    section: 'RFC 9846 §4.3',
    sentence: 'An extension stands in a message in which it has no meaning.',
  },
  'unsolicited-extension': {
    section: 'RFC 9846 §4.3',
    sentence: 'An answer carries an extension that was never asked for.',
  },
  'too-many-warnings': {
    section: 'RFC 5246 §7.2.2',
    sentence: 'Warnings keep coming with nothing between them, which occupies the connection without ending it.',
  },
  'too-many-empty-records': {
    section: 'RFC 9846 §5.1',
    sentence: 'More empty records came in a row than hiding the shape of traffic could call for.',
  },
  'too-many-key-updates': {
    section: 'RFC 9846 §4.7.3',
    sentence: 'Key updates keep coming with no data between them, and each one costs us new keys.',
  },
  'unknown-content-type': {
    section: 'RFC 9846 §5',
    sentence: 'A record names a content type that the protocol does not define.',
  },
  'record-version': {
    section: 'RFC 5246 §E.1',
    sentence: 'The version number of a record does not begin with 3, as in every version of TLS: most likely the other side speaks another protocol.',
  },
  'record-overflow': {
    section: 'RFC 9846 §5.2',
    sentence: 'A record is longer than the protocol, or a limit both sides agreed on, allows.',
  },
  'bad-record-mac': {
    section: 'RFC 9846 §5.2',
    sentence: 'A record does not decrypt: it was damaged or forged, or the two sides hold different keys.',
  },
  'no-content-type': {
    section: 'RFC 9846 §5.4',
    sentence: 'A decrypted record consists of zeros alone, so nothing says what it is.',
  },
  'empty-handshake-record': {
    section: 'RFC 9846 §5.4',
    sentence: 'A record announces handshake messages and holds none.',
  },
  'empty-alert-record': {
    section: 'RFC 9846 §5.4',
    sentence: 'A record announces an alert and holds none.',
  },
  'malformed-alert': {
    section: 'RFC 9846 §5.1',
    sentence: 'A record of alerts does not hold exactly one, which takes two bytes.',
  },
  'unknown-alert-level': {
    section: 'RFC 5246 §7.2',
    sentence: 'An alert calls itself neither a warning nor fatal.',
  },
  'interleaved-message': {
    section: 'RFC 9846 §5.1',
    sentence: 'A record of another type came in the middle of a handshake message.',
  },
  'plaintext-record': {
    section: 'RFC 9846 §5.2',
    sentence: 'A record arrived in the clear although encryption had begun.',
  },
  'bad-change-cipher-spec': {
    section: 'RFC 9846 §5',
    sentence: 'A change_cipher_spec record holds something else than the single byte 1, or came encrypted.',
  },
  'unexpected-change-cipher-spec': {
    section: 'RFC 9846 §5',
    sentence: 'A change_cipher_spec record arrived where none may be.',
  },
  'too-many-change-cipher-specs': {
    section: 'RFC 9846 §5',
    sentence: 'More change_cipher_spec records came than compatibility with middleboxes could call for.',
  },
  'unexpected-application-data': {
    section: 'RFC 9846 §6.2',
    sentence: 'Application data arrived before the handshake permitted any.',
  },
  'sequence-number-overflow': {
    section: 'RFC 9846 §5.3',
    sentence: 'The counter of records is used up, and no number may be used twice under one key.',
  },
  'no-common-version': {
    section: 'RFC 9846 §E.2',
    sentence: 'The client offers no version of TLS that this server is set to speak.',
  },
  'unoffered-version': {
    section: 'RFC 9846 §4.3.1',
    sentence: 'The server chose a version that the client did not offer in supported_versions.',
  },
  'unsupported-version': {
    section: 'RFC 9846 §E.1',
    sentence: 'The server insists on a version of TLS that this client does not speak.',
  },
  'bad-legacy-version': {
    section: 'RFC 9846 §4.2.3',
    sentence: 'The field in which TLS 1.3 always writes the number of TLS 1.2 holds another one.',
  },
  'downgrade-sentinel': {
    section: 'RFC 9846 §4.2.3',
    sentence: 'The server marked its random value as that of a server able to speak a newer version: somebody on the way removed ours from the offer.',
  },
  'inappropriate-fallback': {
    section: 'RFC 7507 §3',
    sentence: 'The client says that it retries with an older version, yet this server could speak a newer one.',
  },
  'no-null-compression': {
    section: 'RFC 5246 §7.4.1.2',
    sentence: 'The client does not offer to go without compression, which every client must.',
  },
  'compression-in-tls13': {
    section: 'RFC 9846 §4.2.2',
    sentence: 'A client that offers TLS 1.3 also offers compression, which TLS 1.3 does not have.',
  },
  'psk-not-last': {
    section: 'RFC 9846 §4.3.11',
    sentence: 'The pre_shared_key extension is not the last of the ClientHello, so its binders cannot cover all the others.',
  },
  'missing-psk-modes': {
    section: 'RFC 9846 §4.3.9',
    sentence: 'The client offers pre-shared keys without saying how they may be used.',
  },
  'missing-supported-groups': {
    section: 'RFC 9846 §9.2',
    sentence: 'The client sends key shares without the list of groups that it supports.',
  },
  'missing-key-share-from-client': {
    section: 'RFC 9846 §9.2',
    sentence: 'The client lists groups but leaves out the key_share extension, which may be empty but not missing.',
  },
  'missing-signature-algorithms': {
    section: 'RFC 9846 §9.2',
    sentence: 'A certificate is wanted, but the message does not say which signatures are acceptable.',
  },
  'key-share-for-unoffered-group': {
    section: 'RFC 9846 §4.3.8',
    sentence: 'The client sends a key share for a group that is not on its own list.',
  },
  'duplicate-key-share': {
    section: 'RFC 9846 §4.3.8',
    sentence: 'The client sends two key shares for the same group.',
  },
  'invalid-key-share': {
    section: 'RFC 9846 §4.3.8.2',
    sentence: 'A public key of the key exchange is no valid one of its group.',
  },
  'no-common-cipher-suite': {
    section: 'RFC 9846 §4.2.1',
    sentence: 'The client offers no cipher suite that this server uses.',
  },
  'no-common-group': {
    section: 'RFC 9846 §4.2.1',
    sentence: 'The client offers no key exchange group that this server uses.',
  },
  'no-common-signature-scheme': {
    section: 'RFC 9846 §4.2.1',
    sentence: 'None of our keys can make a signature of a kind that the peer accepts.',
  },
  'no-usable-credential': {
    section: 'RFC 9846 §4.2.1',
    sentence: 'This server has no certificate that suits what the client offers.',
  },
  'no-common-application-protocol': {
    section: 'RFC 7301 §3.2',
    sentence: 'The client offers no application protocol that this server speaks.',
  },
  'unrecognized-name': {
    section: 'RFC 6066 §3',
    sentence: 'The client asks for a host that this server does not serve.',
  },
  'no-uncompressed-points': {
    section: 'RFC 8422 §5.1.2',
    sentence: 'The other side does not accept uncompressed points, the only format there still is.',
  },
  'binder-count-mismatch': {
    section: 'RFC 9846 §4.3.11',
    sentence: 'The client offers a different number of pre-shared keys than of proofs that it holds them.',
  },
  'binder-mismatch': {
    section: 'RFC 9846 §4.3.11',
    sentence: 'The proof that the client holds a pre-shared key is wrong, or its hello was changed on the way.',
  },
  'second-hello-changed': {
    section: 'RFC 9846 §4.2.2',
    sentence: 'After a HelloRetryRequest the client changed more of its hello than it was asked to.',
  },
  'second-hello-wrong-share': {
    section: 'RFC 9846 §4.2.2',
    sentence: 'After a HelloRetryRequest the client did not send the one key share that it was asked for.',
  },
  'extended-master-secret-dropped': {
    section: 'RFC 7627 §5.3',
    sentence: 'The session to resume was bound to its handshake by an extended master secret, and the peer now goes without one.',
  },
  'session-id-not-echoed': {
    section: 'RFC 9846 §4.2.3',
    sentence: 'The server did not repeat the session ID of the ClientHello.',
  },
  'unoffered-cipher-suite': {
    section: 'RFC 9846 §4.2.3',
    sentence: 'The server chose a cipher suite that the client did not offer.',
  },
  'cipher-suite-of-other-version': {
    section: 'RFC 9846 §B.4',
    sentence: 'The server chose a cipher suite that does not exist in the version it chose.',
  },
  'compression-chosen': {
    section: 'RFC 9846 §4.2.3',
    sentence: 'The server chose to compress, which the client did not offer.',
  },
  'missing-key-share': {
    section: 'RFC 9846 §4.2.3',
    sentence: 'The server chose a key exchange and left its own key share out.',
  },
  'missing-key-share-under-psk': {
    section: 'RFC 9846 §4.3.11',
    sentence: 'The server took a pre-shared key without the key exchange that we insist on having beside it.',
  },
  'unoffered-group': {
    section: 'RFC 9846 §4.3.8',
    sentence: 'The server chose a key exchange group for which the client sent no share, or which it did not offer.',
  },
  'unoffered-psk': {
    section: 'RFC 9846 §4.3.11',
    sentence: 'The server chose a pre-shared key that is not among those offered.',
  },
  'psk-hash-mismatch': {
    section: 'RFC 9846 §4.3.11',
    sentence: 'The server chose a cipher suite whose hash is not that of the pre-shared key it chose.',
  },
  'missing-supported-versions': {
    section: 'RFC 9846 §4.2.4',
    sentence: 'The server asks for another hello without naming the version that it negotiates.',
  },
  'retry-without-change': {
    section: 'RFC 9846 §4.2.4',
    sentence: 'A HelloRetryRequest asks for nothing that the first ClientHello did not have.',
  },
  'retry-for-sent-share': {
    section: 'RFC 9846 §4.3.8',
    sentence: 'A HelloRetryRequest asks for a key share that the client had already sent.',
  },
  'retry-changed-suite': {
    section: 'RFC 9846 §4.2.4',
    sentence: 'The ServerHello names another cipher suite than the HelloRetryRequest before it.',
  },
  'second-retry': {
    section: 'RFC 9846 §4.2.4',
    sentence: 'The server sent a second HelloRetryRequest, and only one is allowed.',
  },
  'resumed-with-other-suite': {
    section: 'RFC 5246 §7.4.1.3',
    sentence: 'The server resumes a session with another cipher suite than the session has.',
  },
  'resumed-unoffered-session': {
    section: 'RFC 5246 §7.4.1.3',
    sentence: 'The server resumes a session although the client offered it none.',
  },
  'missing-server-renegotiation-info': {
    section: 'RFC 5746 §4.1',
    sentence: "The server does not support secure renegotiation, so an attacker's bytes could have been put before ours.",
  },
  'renegotiation-info-mismatch': {
    section: 'RFC 5746 §3.4',
    sentence: 'The peer takes this first handshake for a renegotiation: somebody spliced two connections.',
  },
  'missing-client-renegotiation-info': {
    section: 'RFC 5746 §4.3',
    sentence: 'The client does not support secure renegotiation, and our policy asks for it.',
  },
  'missing-extended-master-secret': {
    section: 'RFC 7627 §5.2',
    sentence: 'The peer does not bind the master secret to the handshake, and our policy asks for it.',
  },
  'unoffered-application-protocol': {
    section: 'RFC 7301 §3.2',
    sentence: 'The server chose an application protocol that the client did not offer.',
  },
  'empty-server-certificate': {
    section: 'RFC 9846 §4.5.1.3',
    sentence: 'The server sent a Certificate message without a certificate.',
  },
  'certificate-required': {
    section: 'RFC 9846 §4.5.1.3',
    sentence: 'This server wants a certificate from its clients, and the client sent none.',
  },
  'certificate-required-tls12': {
    section: 'RFC 5246 §7.4.6',
    sentence: 'This server wants a certificate from its clients, and the client sent none.',
  },
  'too-many-certificates': {
    section: 'RFC 9846 §4.5.1',
    sentence: 'The chain holds more certificates than we are ready to check.',
  },
  'certificate-key-mismatch': {
    section: 'RFC 5246 §7.4.2',
    sentence: 'The key in the certificate is not of the kind that the cipher suite asks for.',
  },
  'unoffered-signature-scheme': {
    section: 'RFC 9846 §4.5.2',
    sentence: 'The peer signed with a signature scheme that we did not offer.',
  },
  'scheme-not-for-key': {
    section: 'RFC 9846 §4.5.2',
    sentence: "The peer's signature scheme does not go with the key in its certificate.",
  },
  'bad-signature': {
    section: 'RFC 9846 §4.5.2',
    sentence: 'The signature over the handshake is wrong: the peer does not hold the key of its certificate, or a message was changed on the way.',
  },
  'finished-mismatch': {
    section: 'RFC 9846 §4.5.3',
    sentence: 'The two sides did not see the same handshake, or do not share the same keys.',
  },
  'certificate-request-context': {
    section: 'RFC 9846 §4.5.1',
    sentence: 'A Certificate message does not repeat the context of the request that it answers.',
  },
  renegotiation: {
    section: 'RFC 5246 §7.2.2',
    sentence: 'The peer wants to renegotiate on a running connection, which we never do.',
  },
  'bad-key-update-request': {
    section: 'RFC 9846 §4.7.3',
    sentence: 'A KeyUpdate neither asks for an update in return nor says that it wants none.',
  },
};
