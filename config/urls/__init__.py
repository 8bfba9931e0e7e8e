"""Two URLconfs: `tenant` for requests that name a tenant, `platform` for those of the operators."""
