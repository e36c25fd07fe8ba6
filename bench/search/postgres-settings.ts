// How PostgreSQL is set up for the comparison: as well as its users would tune it, and better.

const MEGABYTE = 2 ** 20

/** For a machine whose memory holds all contacts, and which has nothing else to do. */
export function settingsFor(memoryBytes: number): Record<string, string | number> {
  const quarter = Math.floor(memoryBytes / 4 / MEGABYTE)
  return {
    shared_buffers: `${Math.min(4_096, quarter)}MB`,
    effective_cache_size: `${3 * quarter}MB`,
    work_mem: `${Math.min(256, quarter)}MB`,
    maintenance_work_mem: `${Math.min(1_024, quarter)}MB`,
    random_page_cost: 1.1, // All is cached.
    jit: 'off', // Compiling takes longer than it saves in queries this short.
    plan_cache_mode: 'force_custom_plan', // Which plan is best depends on the text.
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '8GB',
    autovacuum: 'off', // Done by hand, before it is measured.
  }
}
