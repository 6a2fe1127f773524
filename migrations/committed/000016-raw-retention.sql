--! Previous: sha1:967ff00e90a984d9fb97b345e471c21e87609b36
--! Hash: sha1:4362bb673cc8d080cd75d8e1cb61ba4ac803e9c9

-- How long raw records stay in the document store; null: as long as the organization.
alter table tenancy.organizations
  add column raw_retention_days int check (raw_retention_days between 1 and 36500);
create index organizations_raw_retention_idx on tenancy.organizations (id) where raw_retention_days is not null;
