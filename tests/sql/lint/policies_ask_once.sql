create policy planted on data.datasets using (org_id = private.org_id());
