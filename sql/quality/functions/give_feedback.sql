-- What somebody says of a point of a series: expected, or an anomaly indeed. The detector learns from the expected ones.
create or replace function quality.give_feedback(dataset_id uuid, measure text, moment timestamptz, verdict text, note text default '')
returns quality.feedback
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  given quality.feedback;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.edit', give_feedback.dataset_id);
  if give_feedback.verdict not in ('expected', 'anomaly') then
    perform core.raise('QC002', 'a verdict is expected or anomaly', 'Say which.', 'verdict');
  end if;
  insert into quality.feedback as f (org_id, dataset_id, measure, moment, verdict, note, given_by)
  values (private.org_id(), give_feedback.dataset_id, left(give_feedback.measure, 100), give_feedback.moment, give_feedback.verdict,
          left(coalesce(give_feedback.note, ''), 1000), private.user_id())
  on conflict (org_id, dataset_id, measure, moment) do update
     set verdict = excluded.verdict, note = excluded.note, given_by = excluded.given_by, created_at = clock_timestamp()
  returning * into given;
  return given;
end
$$;
comment on function quality.give_feedback(uuid, text, timestamptz, text, text) is
  'Says of a point whether it was expected or an anomaly. Needs quality.edit. Error QC002.';
grant execute on function quality.give_feedback(uuid, text, timestamptz, text, text) to cadastre_user, cadastre_worker;
