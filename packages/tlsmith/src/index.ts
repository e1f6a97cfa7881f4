export { Client } from './client.ts';
export {
  defaultGroups,
  defaultSchemes,
  defaultSessionLifetime,
  defaultSuites,
  defaultTickets,
  defaultVersions,
} from './defaults.ts';
export type { ConnectionEvent } from './events.ts';
export {
  type Identities,
  type Identity,
  type IdentityParts,
  identity,
  type UnknownServerName,
} from './identity.ts';
export { type ConnectionLimits, connectionLimits } from './limits.ts';
export {
  type ClientAuthentication,
  type ClientConfig,
  type ClientOptions,
  type CommonOptions,
  defineClient,
  defineServer,
  type HalfClose,
  type OwnOptions,
  type ServerConfig,
  type ServerOptions,
} from './options.ts';
export { Server } from './server.ts';
export type { SessionDecision } from './session-decision.ts';
export { TlsEnd } from './tls-end.ts';
export type { TracedMessage, Tracer } from './trace.ts';
export type { Evidence, RevocationChoice, Trust, TrustedRoots } from './trust.ts';
