import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** One import specifier of a package. */
export interface Entry {
  readonly specifier: string;
  /** The report's file name without `.api.md`. */
  readonly name: string;
  /** The package's folder. */
  readonly path: string;
  /** Its declarations, from the folder. */
  readonly types: string;
  /** The report of the package's main entry, for the others: what that exports can be named. */
  readonly main?: string | undefined;
}

/** What an entry exports, and what hinders telling. */
export function apiReport(
  entry: Entry,
  folder: string,
): { readonly text: string; readonly problems: readonly string[] } {
  mkdirSync(`${folder}/reports`, { recursive: true });
  const { name, main = '' } = entry;
  const problems: string[] = [];
  const unexported = new Set<string>();
  Extractor.invoke(configuration(entry, folder), {
    localBuild: true,
    messageCallback: (message) => {
      // Being written anew is what a report is for here; of the rest only what a compiler says counts.
      if (message.category === 'Compiler') problems.push(message.text);
      if (message.messageId === 'ae-forgotten-export')
        unexported.add(/"([^"]+)"/.exec(message.text)?.[1] ?? '');
      message.handled = true;
    },
  });
  const report = readFileSync(`${folder}/reports/${name}.api.md`, 'utf8');
  return {
    text: `${report}${appendix([...unexported].filter((one) => !exports(main, one)).toSorted())}`,
    problems,
  };
}

function configuration({ name, path, types }: Entry, folder: string): ExtractorConfig {
  const quiet = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    packageJsonFullPath: `${path}/package.json`,
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: path,
      mainEntryPointFilePath: `${path}/${types}`,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: tsconfig(`${path}/${types}`) },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: `${folder}/reports`,
        reportTempFolder: `${folder}/temp`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: quiet, tsdocMessageReporting: quiet },
    },
  });
}

const exports = (report: string, name: string): boolean =>
  new RegExp(`^export (?:abstract )?(?:interface|type|class|function|const) ${name}\\b`, 'm').test(report);

// Types that a user meets and cannot name.
function appendix(unexported: readonly string[]): string {
  if (unexported.length === 0) return '';
  return `\nUsed above and not exported: ${unexported.map((name) => `\`${name}\``).join(', ')}.\n`;
}

function tsconfig(file: string): object {
  return {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023', 'dom'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      strict: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [fileURLToPath(new URL('../../../node_modules/@types', import.meta.url))],
    },
    files: [file],
  };
}
