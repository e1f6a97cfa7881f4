import { isCertificateRejected, isPeerAlert } from '@tlsmith/types';
import type { Identity } from 'tlsmith';
import { inDays } from '../pki.ts';
import type { Scene, Stage } from '../stage.ts';

/** Certificates that a client must refuse. */
export const badCertificates: Scene = {
  letter: 'e',
  title: 'Certificates that must be refused',
  intro:
    'The same handshake three times, each with one thing wrong in the certificate. The client says so in an alert ' +
    'and sends nothing else; a browser would show its user a warning instead of the page.',
  play,
};

async function play(stage: Stage): Promise<void> {
  const { pki } = stage;
  const expired = pki.issueServer({ notBefore: inDays(-120), notAfter: inDays(-30) });
  await refused(stage, 'Expired', expired, ['expired', 'certificate_expired']);
  const elsewhere = { subject: 'bank.example', dns: ['bank.example', 'www.bank.example'] };
  await refused(stage, 'Wrong host name', pki.issueServer(elsewhere), ['wrong-name', 'bad_certificate']);
  const unknown = pki.issueServer({}, pki.stranger);
  await refused(stage, 'Unknown authority', unknown, ['unknown-issuer', 'unknown_ca']);
}

async function refused(
  stage: Stage,
  title: string,
  identity: Identity,
  [code, alert]: readonly [code: string, alert: string],
): Promise<void> {
  const client = { trust: { roots: stage.pki.roots } };
  const told = await stage.play(title, { client, server: { identity: [identity] } });
  const ours = told.client?.error;
  const theirs = told.server.error;
  stage.check(`the client refused: ${code}`, isCertificateRejected(ours) && ours.code === code);
  stage.check(`the server received the alert ${alert}`, isPeerAlert(theirs) && theirs.alert === alert);
  stage.check('no request was sent', told.server.received === '');
}
