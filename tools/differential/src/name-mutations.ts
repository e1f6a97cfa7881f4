import {
  der,
  distinguishedName,
  type GeneralNamesInput,
  ia5String,
  implicit,
  nameConstraints,
  oid,
  printableString,
  sequence,
  set,
  subjectAltName,
  utf8String,
} from '@tlsmith/testkit';
import { type ChainDraft, type Draft, serverName } from './draft.ts';
import { ids, leaveOut, type Mutation, onLeaf, put } from './mutation.ts';

/** The leaf's names as they are written, and the name that is asked for. */
const named =
  (names: GeneralNamesInput, asked: string = serverName): Mutation =>
  (chain) => {
    put(subjectAltName(names))(chain.path[0] as Draft);
    chain.name = asked;
  };

/** Name constraints in one of the authorities; some verifiers look at those of the root, too. */
const constrained =
  (subtrees: { permitted?: GeneralNamesInput; excluded?: GeneralNamesInput }, critical = true): Mutation =>
  (chain, random) =>
    put(nameConstraints(subtrees, critical))(random.pick(authorities(chain)));

const authorities = ({ path }: ChainDraft): readonly Draft[] =>
  path.length > 2 ? path.slice(1, -1) : path.slice(1);

const organization = [['O', 'Differential']] as const;

/** Changes of names and of what authorities allow of them. */
export const nameMutations: Readonly<Record<string, Mutation>> = {
  'another name asked for': (chain) => {
    chain.name = 'other.example.net';
  },
  'no subjectAltName, the name in CN': onLeaf((of) => {
    leaveOut(ids.subjectAltName)(of);
    of.subject = distinguishedName(serverName);
  }),
  'subjectAltName empty': named({}),
  'subjectAltName of e-mail only, the name in CN': onLeaf((of) => {
    put(subjectAltName({ email: ['a@example.com'] }))(of);
    of.subject = distinguishedName(serverName);
  }),
  'subject empty, subjectAltName critical': onLeaf((of) => {
    of.subject = sequence();
    put(subjectAltName({ dns: [serverName] }, true))(of);
  }),
  'subject empty, subjectAltName not critical': onLeaf((of) => {
    of.subject = sequence();
  }),
  wildcard: named({ dns: ['*.example.com'] }),
  'wildcard for two labels': named({ dns: ['*.example.com'] }, 'a.b.example.com'),
  'wildcard for no label': named({ dns: ['*.example.com'] }, 'example.com'),
  'wildcard with letters before': named({ dns: ['w*.example.com'] }),
  'wildcard with letters behind': named({ dns: ['*w.example.com'] }),
  'wildcard in the second label': named({ dns: ['www.*.com'] }),
  'wildcard of a top-level domain': named({ dns: ['*.com'] }, 'example.com'),
  'wildcard alone': named({ dns: ['*'] }, 'localhost'),
  'two wildcards': named({ dns: ['*.*.com'] }),
  'name in capitals': named({ dns: ['WWW.Example.COM'] }),
  'name with a full stop at the end': named({ dns: [`${serverName}.`] }),
  'name with an underscore': named({ dns: ['a_b.example.com'] }, 'a_b.example.com'),
  'name with a space behind': named({ dns: [`${serverName} `] }),
  'name with a zero octet': named({ dns: [`${serverName}\0.example.net`] }),
  'name empty beside the right one': named({ dns: ['', serverName] }),
  'name not ASCII beside the right one': named({ dns: ['b\u00fccher.example', serverName] }),
  'name with a double full stop beside the right one': named({ dns: ['a..example.com', serverName] }),
  'e-mail address malformed beside the right name': named({ dns: [serverName], email: ['nobody'] }),
  'URI malformed beside the right name': named({ dns: [serverName], uri: ['not a uri'] }),
  'IP address of 5 octets beside the right name': named({ dns: [serverName], ip: [new Uint8Array(5)] }),
  'A-label': named({ dns: ['xn--bcher-kva.example'] }, 'xn--bcher-kva.example'),
  'IPv4 address': named({ ip: ['192.0.2.1'] }, '192.0.2.1'),
  'IPv6 address': named({ ip: ['2001:db8::1'] }, '2001:db8::1'),
  'another IPv4 address': named({ ip: ['192.0.2.2'] }, '192.0.2.1'),
  'IPv4 address as DNS name': named({ dns: ['192.0.2.1'] }, '192.0.2.1'),
  'IPv4 address mapped to IPv6': named({ ip: ['::ffff:c000:201'] }, '192.0.2.1'),
  'permitted DNS subtree with the name': constrained({ permitted: { dns: ['example.com'] } }),
  'permitted DNS subtree with a dot before': constrained({ permitted: { dns: ['.example.com'] } }),
  'permitted DNS subtree without the name': constrained({ permitted: { dns: ['example.net'] } }),
  'permitted DNS subtree that is the end of a label': constrained({ permitted: { dns: ['ample.com'] } }),
  'permitted DNS subtree empty': constrained({ permitted: { dns: [''] } }),
  'excluded DNS subtree with the name': constrained({ excluded: { dns: ['example.com'] } }),
  'excluded DNS subtree without the name': constrained({ excluded: { dns: ['example.net'] } }),
  'excluded DNS subtree in capitals': constrained({ excluded: { dns: ['EXAMPLE.COM'] } }),
  'nameConstraints not critical': constrained({ excluded: { dns: ['example.com'] } }, false),
  'nameConstraints empty': constrained({}),
  'permitted IP subtree and a DNS name': constrained({ permitted: { ip: ['192.0.2.0/24'] } }),
  'IP address outside the permitted subtree': (chain, random) => {
    named({ ip: ['198.51.100.1'] }, '198.51.100.1')(chain, random);
    return constrained({ permitted: { ip: ['192.0.2.0/24'] } })(chain, random);
  },
  'IP address in the permitted subtree': (chain, random) => {
    named({ ip: ['192.0.2.7'] }, '192.0.2.7')(chain, random);
    return constrained({ permitted: { ip: ['192.0.2.0/24'] } })(chain, random);
  },
  'IP subtree with a mask with holes': constrained({
    excluded: { ip: [Uint8Array.of(198, 51, 100, 0, 255, 0, 255, 0)] },
  }),
  'permitted directory subtree with the subjects': constrained({ permitted: { directory: [organization] } }),
  'permitted directory subtree without the subjects': constrained({
    permitted: { directory: [[['O', 'Other']]] },
  }),
  'excluded directory subtree with the subjects': constrained({ excluded: { directory: [organization] } }),
  'wildcard over an excluded name': (chain, random) => {
    named({ dns: ['*.example.com'] })(chain, random);
    return constrained({ excluded: { dns: ['mail.example.com'] } })(chain, random);
  },
  'excluded e-mail and an e-mail address': (chain, random) => {
    named({ dns: [serverName], email: ['a@example.com'] })(chain, random);
    return constrained({ excluded: { email: ['example.com'] } })(chain, random);
  },
  'excluded URI and a URI': (chain, random) => {
    named({ dns: [serverName], uri: ['https://www.example.com/'] })(chain, random);
    return constrained({ excluded: { uri: ['.example.com'] } })(chain, random);
  },
  'subtree with minimum': (chain, random) =>
    put({
      oid: ids.nameConstraints,
      critical: true,
      value: sequence(der(0xa0, sequence(implicit(2, ia5String('example.com')), Uint8Array.of(0x80, 1, 1)))),
    })(random.pick(authorities(chain))),
  'nameConstraints in the leaf': onLeaf(put(nameConstraints({ permitted: { dns: ['example.net'] } }))),
  'excluded DNS subtree and the name in CN': (chain, random) => {
    const leaf = chain.path[0] as Draft;
    leaf.subject = distinguishedName('www.example.net');
    return constrained({ excluded: { dns: ['example.net'] } })(chain, random);
  },
  'issuer in another string type': reissued((text) => printableString(text)),
  'issuer in other case': reissued((text) => utf8String(text.toUpperCase())),
  'issuer with more spaces': reissued((text) => utf8String(text.replace(' ', '   '))),
};

/** The leaf names its issuer with the same text in other octets. */
function reissued(write: (text: string) => Uint8Array): Mutation {
  return ({ path }) => {
    const text = path.length > 2 ? `Differential Intermediate ${path.length - 2}` : 'Differential Root';
    (path[0] as Draft).issuer = sequence(
      set(sequence(oid('2.5.4.10'), write('Differential'))),
      set(sequence(oid('2.5.4.3'), write(text))),
    );
  };
}
