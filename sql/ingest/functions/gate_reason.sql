-- Why a checked run must wait for a person; null when the gate is open. Internal.
create or replace function ingest.gate_reason(p_run ingest.runs, p_counted jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  d data.datasets;
  broken record;
  own record;
  hint constant text := 'Look at the rejected rows, then release the run to load the others, or reject it.';
begin
  select c.field, c.rule, c.severity, c.rows, c.max_share into broken
    from jsonb_to_recordset(p_counted) c (field text, rule text, severity text, rows bigint, max_share numeric, holds boolean, max_failures bigint)
   where c.holds is null and (c.severity = 'critical' or c.rows > c.max_share * p_run.read_rows)
   order by c.severity = 'critical' desc, c.rows desc
   limit 1;
  if broken.rule is not null then
    return jsonb_build_object('code', 'IN021', 'column', broken.field, 'hint', hint, 'message',
      case when broken.severity = 'critical'
           then format('%s rows break the critical rule %s of %s', broken.rows, broken.rule, broken.field)
           else format('%s of %s rows break rule %s of %s, more than its limit of %s %%', broken.rows, p_run.read_rows,
                       broken.rule, broken.field, trim_scale(100 * broken.max_share)) end);
  end if;
  -- Deployed rules hold by their action; their severity is about scores and incidents.
  select c.field, c.rule, c.rows, c.measured, c.message into own
    from jsonb_to_recordset(p_counted) c (field text, rule text, rows bigint, max_share numeric, holds boolean, max_failures bigint, measured numeric,
                                          passed boolean, message text)
   where c.holds and not coalesce(c.passed, quality.is_passed(c.rows, p_run.read_rows, c.max_failures, c.max_share))
   order by c.rows desc
   limit 1;
  if own.rule is not null then
    return jsonb_build_object('code', 'QC010', 'column', own.field, 'hint', hint, 'message',
      case when own.measured is not null then format('rule %s: %s; it is %s', own.rule, own.message, trim_scale(own.measured))
           else format('%s of %s rows break rule %s of %s, which holds the run', own.rows, p_run.read_rows, own.rule, own.field) end);
  end if;
  select * into d from data.datasets x where x.org_id = p_run.org_id and x.id = p_run.dataset_id;
  if d.types_evolution = 'freeze' and exists (select from ingest.row_issues i
      where i.org_id = p_run.org_id and i.run_id = p_run.id and i.rule = 'type') then
    return jsonb_build_object('code', 'IN027', 'hint', hint, 'message', 'values are not of their types, which the dataset holds fast');
  end if;
  if p_run.read_rows >= d.gate_min_rows and p_run.rejected_rows > d.max_rejected_share * p_run.read_rows then
    return jsonb_build_object('code', 'IN020', 'hint', hint, 'message',
      format('%s of %s rows were rejected, more than the dataset''s limit of %s %%', p_run.rejected_rows, p_run.read_rows,
        trim_scale(100 * d.max_rejected_share)));
  end if;
  return null;
end
$$;
comment on function ingest.gate_reason(ingest.runs, jsonb) is 'Why a run is to be held, as {code, message, hint, column}, or null. Internal.';
