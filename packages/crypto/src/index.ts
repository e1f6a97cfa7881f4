export type { PortableKeyType } from './key-type.ts';
export { type SupportRow, supportMatrix, supportTable } from './matrix.ts';
export { padPremaster, unpadPremaster } from './premaster.ts';
export { type PrivateKeyFrame, readPrivateKey } from './private-key.ts';
export { encodeSpki, publicKeyFromSpki, rsaPublicKey } from './public-key.ts';
export { type SignatureParts, signatureParts, signingParts } from './signature.ts';
export type {
  AeadName,
  CompleteProvider,
  GroupName,
  SynchronousKeyExchange,
  SynchronousProvider,
  SynchronousSigningKey,
} from './synchronous.ts';
