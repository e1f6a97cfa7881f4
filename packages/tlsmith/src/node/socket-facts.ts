import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Negotiated } from '@tlsmith/handshake';

/** What node:tls's socket can be asked, answered from what was negotiated; and what is passed on to the TCP socket. */
export abstract class SocketFacts extends Duplex {
  /** Always true; what HTTP servers look at. */
  readonly encrypted = true;

  /** What was agreed on; undefined before `secureConnect`. */
  abstract get negotiated(): Negotiated | undefined;

  /** The TCP socket below, as far as the transport is one. */
  protected abstract get tcp(): Partial<Socket>;

  /** Whether the peer showed a certificate that was judged and accepted, now or when the resumed session was made. */
  abstract get authorized(): boolean;

  /** The application protocol, false for none (as in node:tls); null before `secureConnect`. */
  get alpnProtocol(): string | false | null {
    return this.negotiated === undefined ? null : (this.negotiated.alpn ?? false);
  }

  /** The server name that the client sent; false for none. */
  get servername(): string | false {
    return this.negotiated?.serverName ?? false;
  }

  /** `TLSv1.3` or `TLSv1.2`; null before `secureConnect`. */
  getProtocol(): 'TLSv1.3' | 'TLSv1.2' | null {
    if (this.negotiated === undefined) return null;
    return this.negotiated.version === 'tls13' ? 'TLSv1.3' : 'TLSv1.2';
  }

  /** The cipher suite under its IANA name. */
  getCipher():
    | { readonly name: string; readonly standardName: string; readonly version: string }
    | undefined {
    const suite = this.negotiated?.suite;
    if (suite === undefined) return undefined;
    return {
      name: suite.name,
      standardName: suite.name,
      version: suite.version === 'tls13' ? 'TLSv1.3' : 'TLSv1.2',
    };
  }

  /** The group of the key exchange. */
  getEphemeralKeyInfo(): { readonly type: 'ECDH'; readonly name: string } | null {
    const group = this.negotiated?.group;
    return group === undefined ? null : { type: 'ECDH', name: group };
  }

  /** The peer's certificate in node:tls's shape; an empty object when there is none. Made when asked for. */
  getPeerCertificate(): object {
    return this.getPeerX509Certificate()?.toLegacyObject() ?? {};
  }

  /** The peer's certificate as node:crypto knows it. */
  getPeerX509Certificate(): X509Certificate | undefined {
    const leaf = this.negotiated?.peerChain[0];
    return leaf === undefined ? undefined : new X509Certificate(leaf);
  }

  /** Whether a session was resumed. */
  isSessionReused(): boolean {
    return this.negotiated?.resumed === true;
  }

  get remoteAddress(): string | undefined {
    return this.tcp.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.tcp.remotePort;
  }

  get localPort(): number | undefined {
    return this.tcp.localPort;
  }

  /** Whether the handshake is still going on. */
  get connecting(): boolean {
    return this.negotiated === undefined;
  }

  setNoDelay(on = true): this {
    this.tcp.setNoDelay?.(on);
    return this;
  }

  setKeepAlive(on?: boolean, delay?: number): this {
    this.tcp.setKeepAlive?.(on, delay);
    return this;
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.tcp.setTimeout?.(milliseconds);
    if (callback !== undefined) this.once('timeout', callback);
    return this;
  }

  ref(): this {
    this.tcp.ref?.();
    return this;
  }

  unref(): this {
    this.tcp.unref?.();
    return this;
  }
}
