/** One virtual server: a name, a certificate, and nginx's directives on sessions as text. */
export interface VirtualServer {
  readonly name: 'a.example' | 'b.example';
  readonly certificate: 'a' | 'b';
  readonly directives: string;
}

/** What listens: for each port its virtual servers, the default one first. */
export type Configuration = readonly (readonly [VirtualServer, ...VirtualServer[]])[];

/** One of the two servers that are compared. */
export interface Side {
  readonly name: 'nginx' | 'tlsmith';
  /** A folder of its own, which relative paths of key files begin at. */
  readonly folder: string;
  start(configuration: Configuration): Promise<void>;
  /** Takes a new configuration over for the connections to come, without a restart. */
  reload(configuration: Configuration): Promise<void>;
  stop(): Promise<void>;
  /** The port of the configuration's n-th entry. */
  port(listener: number): number;
  /** Why directives are refused at start-up; undefined when they are not. */
  refusal(directives: string): Promise<string | undefined>;
}

/** What one row saw on one side. */
export interface Observation {
  readonly row: string;
  readonly seen: string;
  /** Shown in the JSON only. */
  readonly detail?: string;
}

/** Rows that share a configuration; both sides run the same. */
export interface Group {
  readonly name: string;
  observe(side: Side): AsyncGenerator<Observation>;
  /** Why a row may differ, by row. */
  readonly reasons: Readonly<Record<string, string>>;
}
