export type {
  Ask,
  AuthenticatePeer,
  ConnectionAsk,
  Credential,
  CredentialWanted,
  FoundSession,
  PeerAuthenticated,
  Responded,
  SessionIdentity,
  Work,
} from './ask.ts';
export { schemeFor } from './certificate-verify.ts';
export { type ClientState, clientMachine } from './client/machine.ts';
export type { ClientFacts } from './client/states.ts';
export { type Connected, isConnected, messageContext } from './context.ts';
export { decodeViolation } from './decode-violation.ts';
export { diagram, type Drawable, paths } from './diagram.ts';
export type { Effect, Installed, Remembered } from './effect.ts';
export type {
  ChangeCipherSpecEvent,
  MachineEvent,
  MessageEvent,
  StartEvent,
  UpdateKeysEvent,
} from './event.ts';
export { Inbox, type MessageLimits, messageLimits } from './inbox.ts';
export {
  type AnyState,
  type At,
  type Edge,
  type Failed,
  failure,
  type Machine,
  type Step,
  type Stepped,
  step,
} from './machine.ts';
export {
  type AnswerMessage,
  type AnyBodies,
  type Body,
  type ClientModule,
  defineExtension,
  type ExtensionModule,
  extensionResult,
  type ModuleAnswers,
  type ModuleFacts,
  type ModuleMessage,
  type ModuleParts,
  type OfferFacts,
  type ServerModule,
} from './module.ts';
export type { Negotiated } from './negotiated.ts';
export {
  type ClientPolicy,
  type CommonPolicy,
  clientPolicy,
  type HandshakeLimits,
  handshakeLimits,
  type ServerPolicy,
  serverPolicy,
  sevenDays,
} from './policy.ts';
export type { NotResumed, ResumptionDecision } from './resumption-decision.ts';
export { type ServerState, serverMachine } from './server/machine.ts';
export type { ServerFacts } from './server/states.ts';
