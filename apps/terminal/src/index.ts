export { describeFailure, type Failure } from './failure.ts';
export { appendTo, fromFile } from './files.ts';
export { type Offer, offerFlags, offerOf } from './offer.ts';
export { type Flag, UsageError, helpText, logFlags, wholeNumber, items, pick } from './usage.ts';
