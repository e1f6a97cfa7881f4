import { redisKeyRing, redisStore, resilientStore } from '@tlsmith/session-cache';
import { systemTimers } from '@tlsmith/session-cache/node';
import { Redis } from 'ioredis';
import { serve } from './servers.ts';
import type { Listening, ServerSetting } from './targets.ts';

// One server process of a fleet: what it shares with the others is in Redis.

const setting = JSON.parse(process.env['LOAD_SETTING'] ?? '') as ServerSetting;
const client = new Redis(setting.redis ?? 0, '127.0.0.1', { maxRetriesPerRequest: 1 });
client.on('error', () => undefined);
process.once('disconnect', () => process.exit(0));
const { limitMs } = setting;
const store = resilientStore(redisStore(client, { defer: setImmediate }), { timers: systemTimers, limitMs });
const ports = await serve(setting, { store, ring: (name) => redisKeyRing(client, `tls:ring:${name}`) });
process.send?.({ ports } satisfies Listening);
