import { type Bytes, DecodeError, isDecodeError } from '@tlsmith/types';
import { Reader } from '../reader.ts';
import { type Codec, encode, type Range, sized, uint } from '../schema.ts';

/** Messages that carry extensions (RFC 9846 §4.3, last table); TLS 1.2's ServerHello allows others than TLS 1.3's. */
export type ExtensionMessage =
  | 'client_hello'
  | 'server_hello'
  | 'tls12_server_hello'
  | 'hello_retry_request'
  | 'encrypted_extensions'
  | 'certificate'
  | 'certificate_request'
  | 'new_session_ticket';

/** An extension on the wire; nothing is decoded before somebody asks. */
export interface RawExtension {
  readonly type: number;
  readonly body: Bytes;
}

/** Extensions in wire order, no type twice. */
export type ExtensionList = readonly RawExtension[];

/** An extension: its number, and its structure in each message in which it may appear. */
export interface Extension<Bodies extends object = object> {
  readonly type: number;
  /** The IANA name. */
  readonly name: string;
  readonly section: string;
  readonly in: { readonly [M in keyof Bodies]: Codec<Bodies[M]> };
}

/**
 * The body of an extension in a message, decoded; undefined when the list lacks it. Does not compile for a message in
 * which the extension is forbidden.
 *
 * @throws {DecodeError} when the body does not fit; becomes decode_error.
 */
export function readExtension<Bodies extends object, M extends keyof Bodies & ExtensionMessage>(
  extensions: ExtensionList | undefined,
  extension: Extension<Bodies>,
  message: M,
): Bodies[M] | undefined {
  const found = extensions?.find(({ type }) => type === extension.type);
  if (found === undefined) return undefined;
  const codec = extension.in[message];
  const reader = new Reader(found.body);
  return reader.part(extension.name, codec, (r) => r.within(found.body.length, () => codec.read(r)));
}

/** Whether the list has an extension. */
export function hasExtension(extensions: ExtensionList | undefined, extension: Extension): boolean {
  return extensions?.some(({ type }) => type === extension.type) === true;
}

/** An extension for the wire. */
export function rawExtension<Bodies extends object, M extends keyof Bodies & ExtensionMessage>(
  extension: Extension<Bodies>,
  message: M,
  body: Bodies[M],
): RawExtension {
  return { type: extension.type, body: encode(extension.in[message], body) };
}

/**
 * The list, with the assurance that no extension that we know stands in a message that forbids it (RFC 9846 §4.3).
 *
 * @throws {DecodeError} of kind `forbidden-extension`; becomes illegal_parameter.
 */
export function allowedExtensions(
  extensions: ExtensionList | undefined,
  message: ExtensionMessage,
  known: Pick<ReadonlyMap<number, Extension>, 'get'>,
): ExtensionList {
  for (const { type } of extensions ?? []) {
    const extension = known.get(type);
    if (extension !== undefined && !(message in extension.in)) {
      throw new DecodeError(
        0,
        [message, extension.name],
        `no ${extension.name} in ${message}`,
        'forbidden-extension',
      );
    }
  }
  return extensions ?? [];
}

/** The `extensions` field of a message: at most 2^16-1 bytes, each type once (RFC 9846 §4.3). */
export function extensionList(message: ExtensionMessage, range: Range = {}): Codec<ExtensionList> {
  const typeCodec = uint(2, 'ExtensionType', 'extensionTypes');
  const item = rawExtensionCodec(message, typeCodec);
  const items: Codec<ExtensionList> = {
    name: 'Extension list',
    section: 'RFC 9846 §4.3',
    read: (reader) => {
      const found: RawExtension[] = [];
      const seen = new Set<number>();
      while (reader.remaining > 0) {
        const extension = reader.part(`[${found.length}]`, item, item.read);
        if (seen.has(extension.type)) reader.fail(`extension ${extension.type} once`, 'duplicate-extension');
        seen.add(extension.type);
        found.push(extension);
      }
      return found;
    },
    write: (writer, values) => {
      for (const value of values) item.write(writer, value);
    },
  };
  return sized(2, range, items);
}

function rawExtensionCodec(message: ExtensionMessage, typeCodec: Codec<number>): Codec<RawExtension> {
  const lengthSchema = { name: 'uint16' };
  return {
    name: 'Extension',
    section: 'RFC 9846 §4.3',
    read: (reader) => {
      const type = reader.part('extension_type', typeCodec, typeCodec.read);
      const length = reader.part('length', lengthSchema, (r) => r.uint(2));
      if (reader.inspection !== undefined) annotateBody(reader, { type, length, message });
      return { type, body: reader.take(length) };
    },
    write: (writer, { type, body }) => {
      writer.uint(type, 2);
      writer.sized(2, { min: 0, max: 0xffff }, () => writer.bytes(body));
    },
  };
}

/** Adds the spans of a body and leaves the cursor where it was; a body that does not fit stays opaque. */
function annotateBody(reader: Reader, body: { type: number; length: number; message: string }): void {
  const start = reader.at;
  const parse = reader.inspection?.bodyOf?.(body.type, body.message);
  const name = parse?.extension ?? 'extension_data';
  const depth = reader.inspection?.open.length ?? 0;
  const outer = reader.end;
  const schema = parse?.schema;
  if (parse !== undefined && schema !== undefined) {
    try {
      reader.part(name, schema, (r) => r.within(body.length, () => parse(r)));
      reader.at = start;
      return;
    } catch (error) {
      if (!isDecodeError(error)) throw error;
      reader.inspection?.open.splice(depth);
      reader.at = start;
      reader.end = outer;
    }
  }
  reader.part(name, { name: 'opaque' }, (r) => r.take(body.length));
  reader.at = start;
}
