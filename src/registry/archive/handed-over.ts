/**
 * Iterates over what work gives, where the work must stay inside a callback, as a transaction must. The work waits with each
 * item until it is asked for; when the iteration is left early, the `give` it waits in rejects, and the work is over before
 * the iteration is.
 */
export async function* handedOver<T>(
  work: (give: (item: T) => Promise<void>) => Promise<void>,
): AsyncGenerator<T> {
  let wanted = Promise.withResolvers<void>();
  let offered = Promise.withResolvers<{ readonly item: T } | null>();
  const turn = async () => {
    await wanted.promise;
    wanted = Promise.withResolvers();
    return offered;
  };
  const running = work(async (item) => (await turn()).resolve({ item }))
    .then(
      async () => (await turn()).resolve(null),
      async (error: unknown) => (await turn()).reject(error),
    )
    // nobody is there any more to be told
    .catch(() => {});
  try {
    for (;;) {
      offered = Promise.withResolvers();
      wanted.resolve();
      const got = await offered.promise;
      if (got === null) return;
      yield got.item;
    }
  } finally {
    wanted.promise.catch(() => {});
    wanted.reject(new Error('Nobody reads on.'));
    await running;
  }
}
