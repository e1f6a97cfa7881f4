import { isHostName } from './hostname.ts';
import type { GeneralName } from './general-name.ts';
import { characters, stringTag } from './asn1.ts';
import type { Bytes } from '@tlsmith/types';

/** An address of e-mail, taken apart. */
export interface Mailbox {
  /** As it is: whether case counts is its host's business (RFC 5321 §2.4). */
  readonly local: string;
  /** In lower case. */
  readonly host: string;
}

/**
 * Takes a mailbox apart (RFC 5321 §4.1.2): one `@` outside of quotes, and a host in A-label form behind it. Quotes
 * that change nothing are dropped, since `"a"@b.example` is `a@b.example`. Undefined where it is none.
 */
export function mailboxOf(value: string): Mailbox | undefined {
  const place = value.lastIndexOf('@');
  const host = value.slice(place + 1).toLowerCase();
  const local = localPart(value.slice(0, Math.max(place, 0)));
  return local === undefined || !isHostName(host) ? undefined : { local, host };
}

/**
 * The text of an internationalized mailbox (RFC 9598 §3, which replaces RFC 8398): a UTF8String whose local part has
 * characters beyond ASCII, and whose host is in A-label form. Undefined for other names and where it is none.
 */
export function smtpUtf8Mailbox(name: GeneralName): string | undefined {
  if (name.form !== 'otherName' || name.typeId !== idOnSmtpUtf8Mailbox) return undefined;
  return utf8String(name.value);
}

/** id-on-SmtpUTF8Mailbox (RFC 9598 §3). */
export const idOnSmtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9';

/**
 * The host of a URI (RFC 3986 §3.2): only a host name can be compared, an IP address or a missing authority cannot
 * (RFC 5280 §4.2.1.10).
 */
export function uriHost(value: string): string | undefined {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(value)?.[1];
  if (authority === undefined) return undefined;
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const colon = host.lastIndexOf(':');
  const isPort = colon >= 0 && /^[0-9]*$/.test(host.slice(colon + 1));
  const bare = isPort ? host.slice(0, colon) : host;
  return isHostName(bare) ? bare : undefined;
}

function localPart(text: string): string | undefined {
  if (text === '') return undefined;
  if (!text.startsWith('"')) return /[@"\s]/.test(text) ? undefined : text;
  if (text.length < 3 || !text.endsWith('"')) return undefined;
  const quoted = text.slice(1, -1);
  // A quote or a backslash inside stands behind a backslash.
  if (/["\\]/.test(quoted.replace(/\\[\s\S]/g, ''))) return undefined;
  const plain = quoted.replace(/\\([\s\S])/g, '$1');
  return /^[^@"\s\\()<>,:;[\]]+$/.test(plain) ? plain : text;
}

function utf8String(der: Bytes): string | undefined {
  const [tag, length = 0x80] = der;
  // 255 octets are more than SMTP has for a mailbox (RFC 5321 §4.5.3.1), so that one octet of length would do.
  const header = length === 0x81 ? 3 : 2;
  const isWhole = tag === stringTag.utf8 && der.length === header + (header === 3 ? (der[2] ?? 0) : length);
  const text = isWhole ? characters(stringTag.utf8, der.subarray(header)) : undefined;
  return text?.startsWith('\uFEFF') === true ? undefined : text;
}
