import { customType, timestamp } from 'drizzle-orm/pg-core';

/** Raw bytes. Both engines take and give a Buffer for one value; sets of rows go through hex in JSON. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
});

/** An instant; RFC 3339 text at the driver so that no time zone of the process enters. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** A transaction id that never wraps around, as text: who reads in order of commits needs it. */
export const transactionId = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
