import { TlsMisuse } from '@tlsmith/types';
import type { GeneralName } from './general-name.ts';
import { matchesReference, prepareReference, type Reference, type ReferenceIdentity } from './hostname.ts';
import { objectOf, textOf } from './input.ts';
import { formatIp } from './ip.ts';
import { mailboxOf, smtpUtf8Mailbox } from './mailbox.ts';
import { describeName, type Name, sameName } from './name.ts';

/**
 * The name by which the caller knows somebody: a host, as TLS has it, an e-mail address, a URI, or a directory name.
 * It never comes from the peer. Hosts are in A-label form everywhere (RFC 9525 §7.2, RFC 9598 §3).
 */
export type NameIdentity =
  | ReferenceIdentity
  | { readonly email: string }
  | { readonly uri: string }
  | { readonly directory: Name };

/** An identity ready for comparison. */
export interface PreparedIdentity {
  /** As a person would write it. */
  readonly shown: string;
  matches(presented: GeneralName): boolean;
}

/**
 * Prepares an identity.
 *
 * @throws {TlsMisuse} `not-a-mailbox`, `not-a-uri`, or what {@link prepareReference} throws.
 */
export function prepareIdentity(identity: NameIdentity): PreparedIdentity {
  const checked = objectOf(identity, 'name');
  if ('email' in checked) return mailIdentity(textOf(checked.email, 'name.email'));
  if ('uri' in checked) return uriIdentity(textOf(checked.uri, 'name.uri'));
  if ('directory' in checked) return directoryIdentity(checked.directory);
  const reference: Reference = prepareReference(checked);
  const shown = reference.dns ?? formatIp(reference.ip as Uint8Array) ?? '';
  return { shown, matches: (presented) => matchesReference(reference, presented) };
}

// RFC 5280 §7.5: the local part exactly, the host without regard to case; RFC 9598 §5 says the same of its mailboxes.
function mailIdentity(email: string): PreparedIdentity {
  const wanted = mailboxOf(email);
  if (wanted === undefined) {
    throw new TlsMisuse('not-a-mailbox', `'${email}' is no e-mail address with a host in A-label form`);
  }
  return {
    shown: email,
    matches: (presented) => {
      const text = presented.form === 'rfc822Name' ? presented.value : smtpUtf8Mailbox(presented);
      const found = text === undefined ? undefined : mailboxOf(text);
      return found?.local === wanted.local && found.host === wanted.host;
    },
  };
}

// RFC 5280 §7.4: character for character, but for the case of scheme and host.
function uriIdentity(uri: string): PreparedIdentity {
  const wanted = normalUri(uri);
  if (wanted === undefined) throw new TlsMisuse('not-a-uri', `'${uri}' is no absolute URI`);
  return {
    shown: uri,
    matches: ({ form, value }) => form === 'uniformResourceIdentifier' && normalUri(value) === wanted,
  };
}

function normalUri(uri: string): string | undefined {
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*:)(\/\/[^/?#]*)?(\S+)?$/i.exec(uri) ?? [];
  if (scheme === undefined || authority + rest === '') return undefined;
  const host = authority.lastIndexOf('@') + 1;
  return `${scheme.toLowerCase()}${authority.slice(0, host)}${authority.slice(host).toLowerCase()}${rest}`;
}

function directoryIdentity(wanted: Name): PreparedIdentity {
  if (wanted?.parts === undefined) {
    throw new TlsMisuse('not-a-name', '`name.directory` is a Name, such as the subject of a certificate');
  }
  return {
    shown: describeName(wanted),
    matches: ({ form, value }) => form === 'directoryName' && sameName(value, wanted),
  };
}
