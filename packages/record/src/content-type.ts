/** Content types and their numbers on the wire (RFC 9846 §5.1, RFC 5246 §6.2.1). */
export const contentType = {
  change_cipher_spec: 20,
  alert: 21,
  handshake: 22,
  application_data: 23,
} as const;

/** The RFC's name of a content type. */
export type ContentType = keyof typeof contentType;

/** The content type with this number; undefined for every other number, `invalid(0)` among them. */
export function contentTypeName(code: number): ContentType | undefined {
  return names[code - contentType.change_cipher_spec];
}

const names: readonly ContentType[] = ['change_cipher_spec', 'alert', 'handshake', 'application_data'];
