import type { Scene } from '../stage.ts';
import { tls13 } from './a-tls13.ts';
import { tls12 } from './b-tls12.ts';
import { rsa } from './c-rsa.ts';
import { mutual } from './d-mutual.ts';
import { badCertificates } from './e-bad-certificates.ts';
import { oldVersions } from './f-old-versions.ts';
import { otherPrograms } from './g-other-programs.ts';

/** All scenes, in the order of the letters. */
export const scenes: readonly Scene[] = [
  tls13,
  tls12,
  rsa,
  mutual,
  badCertificates,
  oldVersions,
  otherPrograms,
];
