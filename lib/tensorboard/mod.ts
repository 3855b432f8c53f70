/** Event files, as TensorBoard reads them: scalars and pictures by step. */
export { encodeEvent, type EventContent, type EventPicture, stepOf } from "./event_message.ts";
export { encodeRecord, type FoundRecord, readRecords } from "./records.ts";
