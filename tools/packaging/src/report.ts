/** One line for each check, the reasons of those that fail, and the sum. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** A check is passed when nothing speaks against it. */
  check(name: string, problems: readonly string[]): void {
    if (problems.length === 0) this.#passed++;
    else this.#failed++;
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    for (const problem of problems) console.log(`       ${problem.trimEnd().replaceAll('\n', '\n       ')}`);
  }

  /** Says what was not looked at, and why. */
  leftOut(name: string, reason: string): void {
    console.log(`left out: ${name} (${reason})`);
  }

  /** Prints the sum and sets the exit status. */
  end(): void {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    if (this.#failed > 0) process.exitCode = 1;
  }
}
