/**
 * Property tests draw from one seed, so that the same tree gives the same answer wherever it is tested. `FC_SEED=random`
 * draws anew each time (fast-check prints the seed of what fails), `FC_SEED=123` goes back to a seed that was seen to fail.
 */
import fc from "fast-check";

const seed = process.env.FC_SEED ?? "20261128";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });
