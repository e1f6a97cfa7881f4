export { connect, type ConnectOptions, defaultHandshakeTimeout, type Target } from './connect.ts';
export { accept, type CreateServerOptions, createServer, serverConfig, TLSServer } from './create-server.ts';
export { type FetchLimits, fetchingAnswer, isPublicUrl } from './fetching.ts';
export { systemRoots } from './roots.ts';
export { TLSSocket, type TLSSocketOptions } from './socket.ts';
