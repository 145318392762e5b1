/** The statement that leases the mails in `picked` to a worker, at the end of a function that claims. */
export function leasing(s: string): string {
  return `update ${s}.mail m set state = 'leased', claim = mark, worker = of_worker
      from picked where m.id = picked.id and m.state = 'ready'
        and exists (select 1 from ${s}.worker w where w.id = of_worker and w.until > now())
      returning m.*;`;
}
