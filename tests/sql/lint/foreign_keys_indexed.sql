create table data.planted (org_id uuid references tenancy.organizations);
