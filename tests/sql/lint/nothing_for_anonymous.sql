grant select on data.datasets to cadastre_anonymous;
