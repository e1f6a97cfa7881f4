export {
  type Capture,
  type CapturedChunk,
  type CapturedExporter,
  type CapturedHello,
  type CaptureName,
  capture,
  captureNames,
  hellos,
  stream,
} from './captures/capture.ts';
export {
  logged,
  messagesOf,
  type OpenedMessage,
  type OpenedRecord,
  openCapture,
} from './captures/open.ts';
export { type CapturedHandshake, handshakeOf, type Trace12, trace12 } from './captures/trace.ts';
export {
  type ExtendedMasterSecretCase,
  type HkdfCase,
  type MasterSecretCase,
  type PrfCase,
  type PublishedHash,
  type QuicCase,
  type QuicKeys,
  rfc5869,
  rfc7627,
  rfc9001,
  tls12MasterSecret,
  tls12Prf,
} from './published.ts';
export {
  type Authority,
  type AuthorityInput,
  crossSign,
  issue,
  makeAuthority,
  rootOf,
  selfSigned,
} from './pki/authority.ts';
export {
  type CertificateInput,
  certify,
  type Issued,
  keyIdentifier,
  type Signer,
} from './pki/certificate.ts';
export { type CertificateFiles, certificateFiles } from './pki/files.ts';
export { testSite, type TestSite } from './pki/site.ts';
export { type CrlInput, makeCrl, type RevokedInput } from './pki/crl.ts';
export { importKey, makeKey, type TestKey, type TestKeyType } from './pki/keys.ts';
export { makeOcspResponse, type OcspInput, ocspError, type SingleInput } from './pki/ocsp.ts';
export {
  type Signature,
  type SignatureChoice,
  type SignatureHash,
  signContent,
} from './pki/signature.ts';
export {
  find,
  type Rfc8448KeyPart,
  type Rfc8448Section,
  type Rfc8448Step,
  type Rfc8448Value,
  rsaKey,
  section,
} from './rfc8448.ts';
export {
  type AnswerParts,
  acceptPeer,
  machineAnswers,
  type TestCredential,
  testCredential,
} from '../machines/answers.ts';
export {
  type EndParts,
  type Installation,
  MachineEnd,
  type Parcel,
  type Taken,
} from '../machines/end.ts';
export {
  begin,
  type ClientEnd,
  clientEnd,
  coalesced,
  fragmented,
  keyBytes,
  keysAgree,
  type MachinePair,
  type Route,
  reach,
  type ServerEnd,
  serverEnd,
  shuttle,
} from '../machines/pair.ts';
export { testClientPolicy, testServerPolicy } from '../machines/policies.ts';
export { failureOf, type Refusal, refusalOf, story, titled } from '../machines/refusal.ts';
export {
  type AnyBodies,
  type Replacement,
  type Rewrite,
  rawMessage,
  rewriting,
  withExtension,
  withoutExtension,
} from '../machines/rewrite.ts';
export {
  type Script,
  type Scripted,
  type ScriptedKeyExchange,
  scriptedAnswers,
} from '../machines/scripted.ts';
export { SessionTable } from '../machines/session-table.ts';
export { type Leaf, machinePairFor, type PairInput, type Scene, talk } from '../machines/set-up.ts';
export { absence, sharedFile } from './shared.ts';
export {
  type WycheproofCase,
  type WycheproofGroup,
  type WycheproofVerdict,
  wycheproofFiles,
  wycheproofGroups,
  wycheproofPath,
  wycheproofVerdict,
} from './wycheproof.ts';
export { freePort } from './free-port.ts';
export { hasRedisServer, type RedisServer, startRedis } from './redis-server.ts';
