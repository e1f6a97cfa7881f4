import { makeAuthority } from '@tlsmith/testkit/node';
import { isPeerAlert } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import type { Scene, Stage, Told } from '../stage.ts';

/** Client certificates. */
export const mutual: Scene = {
  letter: 'd',
  title: 'Mutual authentication: the server wants a certificate too',
  intro:
    'The server sends CertificateRequest; the client answers with a certificate and proves that it has the key. ' +
    'In TLS 1.3 the client is done before the server has judged, so a refusal reaches it a moment later.',
  play,
};

async function play(stage: Stage): Promise<void> {
  const { pki } = stage;
  const authority = makeAuthority({ name: 'Demo Members' });
  const server = {
    identity: [pki.server],
    clientAuthentication: { require: { roots: trustAnchors([authority.certificate]) } },
    certificateAuthorities: [authority.name],
  } as const;
  const client = { trust: { roots: pki.roots } };
  const member = [pki.issueClient('member 42', authority)];
  const stranger = [pki.issueClient('member 42', pki.stranger)];

  const accepted = await stage.play('Accepted', { client: { ...client, identity: member }, server });
  stage.check(
    'the server knows its client by certificate',
    accepted.server.negotiated?.peer !== undefined &&
      accepted.server.closed &&
      accepted.client?.closed === true,
  );

  const unknown = await stage.play('Refused: a certificate of an authority that the server does not know', {
    client: { ...client, identity: stranger },
    server,
  });
  stage.check('refused with unknown_ca, and no page was sent', refusedWith(unknown, 'unknown_ca'));

  const none = await stage.play('Refused: no certificate where one is required', { client, server });
  stage.check('refused with certificate_required', refusedWith(none, 'certificate_required'));

  const old = await stage.play('Refused: the same in TLS 1.2, which has no alert of its own for it', {
    client: { ...client, versions: ['tls12'] },
    server,
  });
  stage.check('refused with handshake_failure', refusedWith(old, 'handshake_failure'));
}

function refusedWith({ client, server }: Told, alert: string): boolean {
  const { error } = client ?? {};
  return server.error !== undefined && isPeerAlert(error) && error.alert === alert && client?.received === '';
}
