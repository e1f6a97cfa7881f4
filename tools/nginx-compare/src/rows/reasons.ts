/** Reasons that more than one group has. */
export const droppedInBoth =
  'when OpenSSL drops a session from the builtin cache (full, or replaced at a reload), nginx deletes it from the shared one too; in tlsmith the shared cache has its own order';
