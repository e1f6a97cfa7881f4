export type { Derivation, DirectionKeys } from './derivation.ts';
export { finishedVerifyData12, finishedVerifyData13, pskBinder } from './finished.ts';
export { hkdfExpand, hkdfExpandLabel, hkdfExtract } from './hkdf.ts';
export { type KeyLog, type KeyLogEntry, type KeyLogLabel, keyLogLine, parseKeyLog } from './keylog.ts';
export { prf } from './prf12.ts';
export { exporter12, extendedMasterSecret, keyBlock, masterSecret } from './schedule12.ts';
export {
  binderKey,
  clientApplicationTrafficSecret,
  clientEarlyTrafficSecret,
  clientHandshakeTrafficSecret,
  type EarlyStage,
  earlyExporterSecret,
  earlySecret,
  exporter13,
  exporterSecret,
  type HandshakeStage,
  handshakeSecret,
  type MainStage,
  mainSecret,
  resumptionSecret,
  serverApplicationTrafficSecret,
  serverHandshakeTrafficSecret,
  ticketPsk,
} from './schedule13.ts';
export {
  nextQuicTrafficSecret,
  nextTrafficSecret,
  type QuicDirectionKeys,
  quicTrafficKeys,
  type TrafficSuite,
  trafficKeys,
} from './traffic13.ts';
export {
  append,
  retryTranscript,
  type Transcript,
  type TranscriptEntry,
  type TranscriptLabel,
  transcriptBytes,
  transcriptHash,
  truncatedClientHello,
} from './transcript.ts';
