import { planned } from "./planned.ts";

/**
 * The function by which a worker writes results and marks mails, see `Ledger`: it returns the ids of those that are
 * marked, each with the recipients that must not get it.
 */
export function recordFunction(s: string): string {
  return `create function ${s}.record(of_worker text, results jsonb, to_mark jsonb, permits jsonb)
    returns jsonb language plpgsql ${planned} as $$
    declare
      -- A variable, so that the index of held mails does not fit: the mails of all workers would be read through it.
      markable constant text[] := array['leased', 'sending'];
      marks jsonb;
    begin
      with finished as (
        update ${s}.mail m set state = f.state, recipients = f.recipients, claim = null, worker = null,
          at = case when f.wait is null then m.at else now() + f.wait * interval '1 millisecond' end,
          finished = case when f.final then now() end
        from jsonb_to_recordset(results) as f (id bigint, claim uuid, state text, recipients jsonb,
          wait float8, final boolean, detail jsonb)
        where m.id = f.id and m.claim = f.claim and m.state in ('sending', 'unknown', 'ready')
        returning m.id, m.state, m.attempt, m.started, f.detail, f.final
      ), noted as (
        insert into ${s}.event (mail, kind, state, attempt, worker, started, detail)
        select id, case when detail is null then 'suppressed' else 'attempt' end, state, attempt, of_worker, started,
          detail
        from finished where detail is not null or final
      ), given as (
        update ${s}.permit p set worker = null, free_at = clock_timestamp() + p.interval_ms * interval '1 millisecond'
        from jsonb_to_recordset(permits) as g (rate text, n integer)
        where p.rate = g.rate and p.n = g.n and p.worker = of_worker
      ), marked as (
        update ${s}.mail m set state = 'sending', started = now(), worker = of_worker,
          attempt = m.attempt + case when m.state = 'leased' then 1 else 0 end
        from jsonb_to_recordset(to_mark) as w (id bigint, claim uuid)
        where m.id = w.id and m.claim = w.claim and m.state = any (markable)
          and exists (select 1 from ${s}.worker where id = of_worker and until > now())
        returning m.id, case when exists (select 1 from ${s}.suppression) then (
          select jsonb_agg(r->>'recipient') from jsonb_array_elements(m.recipients) as r
          where r->>'state' = 'waiting' and exists (
            select 1 from ${s}.suppression x
            where x.address in (lower(r->>'recipient'), lower(substring(r->>'recipient' from '@[^@]*$')))
              and x.tenant in ('', m.tenant) and (x.expires is null or x.expires > now()))) end as suppressed
      )
      select coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'suppressed', coalesce(suppressed, '[]'::jsonb))),
        '[]'::jsonb) into marks from marked;
      return marks;
    end $$`;
}
