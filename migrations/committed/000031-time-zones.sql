--! Previous: sha1:11990d93e8380b3bc8863b7af339f9ad935883df
--! Hash: sha1:3adfccb6055ca1b61260087323ca40b113d599c6

-- The time zone in which an organization tells its moments; null: each visitor's own.
alter table tenancy.organizations add column time_zone text check (length(time_zone) between 1 and 60);
