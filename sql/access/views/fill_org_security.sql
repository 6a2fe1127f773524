-- After all tables are open to the functions that history needs: organizations older than the settings get theirs.
select private.fill_org_security();
