/**
 * The function by which workers claim mails: up to `most`, a share of each tenant that is not blocked, beginning behind
 * the tenant `last`.
 *
 * The tenants are found by jumping from one to the next in the index, and of each the first mails are locked. It is a
 * function because only so its plan cannot change: without the two settings the planner may prefer to read the whole
 * table when its statistics are old, which takes a second behind a backlog.
 */
export function claimFunction(s: string): string {
  return `create function ${s}.claim(of_worker text, mark uuid, most integer, last text, blocked text[])
    returns setof ${s}.mail language plpgsql set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
    begin
      return query with recursive tenants as (
        select (select m.tenant from ${s}.mail m where m.state = 'ready' and (last is null or m.tenant > last)
          order by m.tenant limit 1) as tenant, 1 as n
        union all
        select (select m.tenant from ${s}.mail m where m.state = 'ready' and m.tenant > t.tenant
          order by m.tenant limit 1), n + 1
        from tenants t where t.tenant is not null and n < most + cardinality(blocked)
      ), open as (
        select tenant from tenants where tenant is not null and tenant <> all (blocked)
      ), shares as (
        select tenant, ceil(most::float8 / count(*) over ())::integer as share from open
      ), picked as materialized (
        select each.id from shares cross join lateral (
          select m.id from ${s}.mail m
          where m.state = 'ready' and m.tenant = shares.tenant and (m.expires is null or m.expires > now())
          order by m.priority desc, m.id limit shares.share for update skip locked) as each
        limit most
      )
      ${lease(s)}
    end $$`;
}

/**
 * The function by which a worker goes on behind the mails that it claimed last: `heads` holds the tenant, the priority
 * and the id of the last one. It begins there in the index, and so does not read again what was drained: while an old
 * snapshot is held, PostgreSQL cannot forget the entries of mails that are gone.
 */
export function claimBehindFunction(s: string): string {
  return `create function ${s}.claim_behind(of_worker text, mark uuid, most integer, heads jsonb)
    returns setof ${s}.mail language plpgsql set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
    begin
      return query with head as materialized (
        select tenant, priority, id from jsonb_to_recordset(heads) as h (tenant text, priority smallint, id bigint)
      ), shares as (
        select tenant, ceil(most::float8 / count(*) over ())::integer as share from head group by tenant
      ), picked as materialized (
        select each.id from shares cross join lateral (
          select next.id from (
            select h.priority, h.id from head h where h.tenant = shares.tenant order by h.priority desc
          ) as h cross join lateral (
            select m.id from ${s}.mail m
            where m.state = 'ready' and m.tenant = shares.tenant and m.priority = h.priority and m.id > h.id
              and (m.expires is null or m.expires > now())
            order by m.id limit shares.share for update skip locked) as next
          limit shares.share) as each
        limit most
      )
      ${lease(s)}
    end $$`;
}

function lease(s: string): string {
  return `update ${s}.mail m set state = 'leased', claim = mark, worker = of_worker
      from picked where m.id = picked.id and m.state = 'ready'
        and exists (select 1 from ${s}.worker w where w.id = of_worker and w.until > now())
      returning m.*;`;
}
