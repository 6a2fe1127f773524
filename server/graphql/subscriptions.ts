/**
 * Progress of runs: `runChanged(runId:)` and `runsChanged`. Notifications carry ids only; each one makes the server read
 * the run again as the subscriber, under row-level security.
 */
import { jsonParse } from "postgraphile/@dataplan/json";
import { context, lambda, listen, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Identity } from "../auth/tokens.ts";

type Event = { id: string };

export const RunSubscriptionsPlugin = extendSchema((build) => {
  const { runs } = build.pgResources;
  if (!runs) throw new Error("the table ingest.runs is not part of the API");
  const subscribeTo = ($topic: Step<string>, $first?: Step<string>) => {
    const $subscriber = context().get("pgSubscriber");
    return listen($subscriber, $topic, jsonParse, $first);
  };
  return {
    typeDefs: gql`
      """A run that has changed, as it is now; \`run\` is null when you may not see it (any more)."""
      type RunChange {
        runId: UUID!
        run: Run
      }
      extend type Subscription {
        """Sends the run as it is, then each time it makes progress or changes its status."""
        runChanged(runId: UUID!): RunChange
        """Sends every run of your organization that changes."""
        runsChanged: RunChange
      }
    `,
    objects: {
      Subscription: {
        plans: {
          runChanged: {
            // The first event is the run as it is, so that nothing falls between reading and subscribing.
            subscribePlan: (_$root, { $runId }) =>
              subscribeTo(
                lambda($runId as Step<string>, (id) => `run:${id}`),
                lambda($runId as Step<string>, (id) => JSON.stringify({ id })),
              ),
            plan: ($event) => $event,
          },
          runsChanged: {
            subscribePlan: () =>
              subscribeTo(
                lambda(
                  context().get("identity") as Step<Identity | null>,
                  (identity) =>
                    // Nobody listens to a topic that nobody sends on.
                    `runs:${identity?.orgId ?? "none"}`,
                ),
              ),
            plan: ($event) => $event,
          },
        },
      },
      RunChange: {
        plans: {
          runId: ($event) => lambda($event as unknown as Step<Event>, (event) => event.id),
          run: ($event) => runs.get({ id: lambda($event as unknown as Step<Event>, (event) => event.id) }),
        },
      },
    },
  };
}, "CadastreRunSubscriptionsPlugin");
