/** Imported first by every entry point: grafast asks for this variable when it is loaded, and warns without it. */
process.env.GRAPHILE_ENV ??= "production";
