/** A file of published conformance data, which lies beside the checkout; undefined where it does not. */
export declare function sharedFile(path: string): string | undefined;
/** What to print where {@link sharedFile} finds nothing. */
export declare function absence(what: string, path: string): string;
//# sourceMappingURL=shared.d.ts.map
