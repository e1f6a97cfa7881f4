import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { alertName, groups } from '@tlsmith/types';
import type { Bench, Workshop } from '../bench/bench.ts';
import { type Identified, serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import type { Role } from '../cell.ts';
import {
  type ClientSetup,
  exporterLabel,
  exporterLength,
  greeting,
  type OfferedVersion,
  type Result,
  type ServerSetup,
} from '../side.ts';

/** Compiles our program over crypto/tls, once for a run; `go` has its standard library with it and needs no network. */
export function buildGoPeer({ folder }: Pick<Workshop, 'folder'>): string {
  const found = built.get(folder) ?? compile(`${folder}/go-peer`);
  built.set(folder, found);
  if (found.error !== undefined) throw new Error(`go build: ${found.error}`);
  return found.path;
}

/** What a program tells us to do, in the words of peer.go. */
interface GoTask {
  readonly role: Role;
  readonly port: number;
  readonly rootPath: string;
  readonly own: Identified | undefined;
  readonly setup: Pick<ClientSetup | ServerSetup, 'visits'> & Parameters<typeof commonPart>[0];
  readonly require: boolean;
}

export function startGoPeer(bench: Bench, { role, port, rootPath, own, setup, require }: GoTask): Program {
  const task = {
    ...commonPart(setup),
    role,
    port,
    serverName,
    content: bench.workshop.content.path,
    roots: rootPath,
    visits: setup.visits ?? 1,
    require,
    ...(own === undefined ? {} : { chain: own.chainPath, key: own.keyPath }),
  };
  return new Program(bench, buildGoPeer(bench.workshop), [JSON.stringify(task)]);
}

const commonPart = ({
  versions,
  suites,
  groups: named,
  alpn,
  talk,
  exporter,
}: Pick<ClientSetup, 'versions' | 'suites' | 'groups' | 'alpn' | 'talk' | 'exporter'>) => ({
  versions: versions.map((version) => codes[version]).sort((one, other) => one - other),
  suites: suites?.map(({ code }) => code),
  groups: named?.map(({ code }) => code),
  alpn,
  talk,
  greeting,
  ...(exporter === true ? { label: exporterLabel, length: exporterLength } : {}),
});

/** The reports among the lines of the program. */
export function goReports(out: string): readonly Result[] {
  return out
    .split('\n')
    .filter((line) => line.includes('"alertNumber"'))
    .map((line) => {
      const { groupCode, alertNumber, ...rest } = JSON.parse(line) as GoReport;
      const group = Object.values(groups).find(({ code }) => code === groupCode)?.name;
      return { ...rest, group, alert: alertNumber === 0 ? '' : alertName(alertNumber) };
    });
}

type GoReport = Omit<Result, 'group' | 'alert'> & {
  readonly groupCode?: number;
  readonly alertNumber: number;
};

const codes: Readonly<Record<OfferedVersion, number>> = { '1.1': 0x0302, '1.2': 0x0303, '1.3': 0x0304 };

const built = new Map<string, Compiled>();

interface Compiled {
  readonly path: string;
  readonly error: string | undefined;
}

function compile(path: string): Compiled {
  const source = fileURLToPath(new URL('peer.go', import.meta.url));
  const { error, status, stderr } = spawnSync('go', ['build', '-o', path, source], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GOPROXY: 'off' },
  });
  return { path, error: error?.message ?? (status === 0 ? undefined : stderr) };
}
