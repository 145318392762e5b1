/**
 * An expression for the statement that changes the state of mails: whatever the role, the database or the configuration
 * say of `synchronous_commit`, its commit waits for the disk. It holds for the transaction of the statement only.
 */
export const durably: string = `(select case when current_setting('synchronous_commit') in ('off', 'local', 'remote_write')
  then set_config('synchronous_commit', 'on', true) end)`;
