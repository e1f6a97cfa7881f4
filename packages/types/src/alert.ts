/**
 * Alert descriptions by their RFC names (RFC 9846 §6, RFC 5246 §7.2; inappropriate_fallback RFC 7507,
 * bad_certificate_status_response RFC 6066, no_application_protocol RFC 7301). The only place with their numbers.
 */
export const alertDescription = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  decryption_failed_RESERVED: 21,
  record_overflow: 22,
  decompression_failure_RESERVED: 30,
  handshake_failure: 40,
  no_certificate_RESERVED: 41,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  export_restriction_RESERVED: 60,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  no_renegotiation: 100,
  missing_extension: 109,
  unsupported_extension: 110,
  certificate_unobtainable_RESERVED: 111,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  bad_certificate_hash_value_RESERVED: 114,
  unknown_psk_identity: 115,
  certificate_required: 116,
  general_error: 117,
  no_application_protocol: 120,
  ech_required: 121,
} as const;

/** The RFC's name of an alert description. */
export type AlertName = keyof typeof alertDescription;

/** Alert levels (RFC 9846 §6). */
export const alertLevel = { warning: 1, fatal: 2 } as const;

/** `warning` or `fatal`. */
export type AlertLevel = keyof typeof alertLevel;

const names = new Map<number, AlertName>(
  Object.entries(alertDescription).map(([name, code]) => [code, name as AlertName]),
);

/** The name of an alert number from the wire; unknown numbers stay visible. */
export function alertName(code: number): AlertName | `unknown(${number})` {
  return names.get(code) ?? `unknown(${code})`;
}
