/** What each directive means in TLS 1.3, for both servers but where it is said. */
export const meaning13: readonly (readonly [directive: string, meaning: string])[] = [
  [
    'ssl_session_cache off',
    'nothing: TLS 1.3 has tickets only, and its session ID is an echo of the client’s',
  ],
  ['ssl_session_cache none', 'nothing, as off'],
  [
    'ssl_session_cache builtin, shared',
    'with tickets on nothing: the ticket holds the session. With tickets off the tickets are keys into the cache',
  ],
  [
    'ssl_session_timeout',
    'the ticket’s lifetime, seven days at most. Every connection brings new tickets that count anew',
  ],
  ['ssl_session_tickets on', 'tickets hold the session, sealed; the server keeps nothing'],
  [
    'ssl_session_tickets off',
    'there are tickets still: 32 bytes that name a session in the cache. Without a cache nginx sends some that it will not know, tlsmith sends none. They work again and again; `singleUse` of tlsmith makes that once',
  ],
  [
    'ssl_session_ticket_key',
    'as in TLS 1.2: the first encrypts, all decrypt. nginx and tlsmith do not read each other’s tickets',
  ],
];
