--! Previous: sha1:4ff2ca3e8e969aae4e16a13e684cf8fffdc831c4
--! Hash: sha1:fea8fa9bff4593524d42808af8e63badc11294b7

-- What a contract's rule means for the load. Without a row here: the row is rejected (severity error).
create table quality.rule_settings (
  org_id     uuid not null,
  dataset_id uuid not null,
  field_name text not null,
  rule       text not null check (rule in ('required', 'range', 'pattern', 'allowed_values', 'not_in_future', 'reference')),
  -- info, warning: recorded, the row is loaded. error: the row is rejected. critical: the run is held.
  severity   text not null check (severity in ('info', 'warning', 'error', 'critical')),
  -- More than this share of the file's rows failing holds the run; null: only the dataset's gate counts.
  max_share  numeric check (max_share between 0 and 1),
  primary key (org_id, dataset_id, field_name, rule),
  foreign key (org_id, dataset_id, field_name) references data.fields (org_id, dataset_id, name) on delete cascade on update cascade
);
