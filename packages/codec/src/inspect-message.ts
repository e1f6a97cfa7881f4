import { copyBytes, type Bytes } from '@tlsmith/types';
import type { Extension } from './extensions/extension.ts';
import { hasExtension } from './extensions/extension.ts';
import { bodyOf, knownExtensions } from './extensions/known.ts';
import { supportedVersions } from './extensions/supported-versions.ts';
import { decodeMessage, handshakeCodec, type Message, type MessageContext } from './handshake.ts';
import { inspect } from './schema.ts';
import type { Span } from './span.ts';

/**
 * A handshake message, header included, and what each of its bytes is. The span of an extension's body carries the
 * extension's name and the schema of its structure; `opaque` where `known` lacks it or the body does not fit.
 * Without a version in `context` a ServerHello says itself which one it is of.
 *
 * @param known structures of extensions by number; a map of your own adds private ones
 * @throws {DecodeError} when header or body do not fit, with the offset in `raw`.
 * @example
 * ```ts
 * import { inspectMessage, message13, spanRows } from '@tlsmith/codec';
 * const { raw } = message13('key_update', { requestUpdate: 1 });
 * const { span } = inspectMessage(raw, { version: 'tls13' });
 * spanRows(span, raw).map((row) => `${row.path} ${row.hex}`);
 * // 'Handshake ', 'Handshake.msg_type 18', 'Handshake.length 000001', 'Handshake.body ',
 * // 'Handshake.body.requestUpdate 01'
 * ```
 */
export function inspectMessage(
  raw: Bytes,
  context: MessageContext,
  known: ReadonlyMap<number, Extension> = knownExtensions,
): { readonly message: Message; readonly span: Span } {
  const codec = handshakeCodec(versionOf(raw, context));
  const { value, span } = inspect(codec, raw, bodyOf(known));
  return { message: value, span };
}

/** The context, with TLS 1.2 filled in where a ServerHello of unknown version has no supported_versions. */
function versionOf(raw: Bytes, context: MessageContext): MessageContext {
  if (context.version !== undefined) return context;
  const message = decodeMessage(copyBytes(raw), context);
  if (message.type !== 'server_hello') return context;
  return hasExtension(message.body.extensions, supportedVersions)
    ? context
    : { ...context, version: 'tls12' };
}
