/** What the scripts measure beside k6's own metrics. */

import { Counter, Trend } from 'k6/metrics';

/** From the request's `write` to the last byte of its reply; true: values are times, in milliseconds. */
export const callDuration = new Trend('frpc_call_duration', true);

/** Calls that ended, with a reply or without: what the gateway counts in frpc_calls_total. */
export const calls = new Counter('frpc_calls');

/** Replies that were wrong or did not come, and connections that could not be made. */
export const badReplies = new Counter('frpc_bad_replies');

/** VUs that came to the end of their iteration and have called. */
export const callers = new Counter('frpc_callers');
