import type { Tracer } from 'tlsmith';

/** What our side's tracer has seen of the newest connection. */
export class Watch {
  #messages: string[] = [];
  #waiting: (() => void)[] = [];
  /** The last fatal alert of either direction. */
  alert = '';

  /** For the options of a client or a server. */
  readonly tracer: Tracer = {
    message: ({ direction, type }) => {
      this.#messages.push(`${direction} ${type}`);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const look of waiting) look();
    },
    alert: (_, level, description) => {
      if (level === 'fatal') this.alert = description;
    },
  };

  /** Forgets the connection before. */
  restart(): void {
    this.#messages = [];
    this.alert = '';
  }

  /** How often a message passed, such as `read key_update`. */
  count(message: string): number {
    return this.#messages.filter((one) => one === message).length;
  }

  /** Whether a message passed in either direction. */
  passed(type: string): boolean {
    return this.count(`read ${type}`) + this.count(`write ${type}`) > 0;
  }

  /** Waits until a message has passed. */
  async until(message: string): Promise<void> {
    while (this.count(message) === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
