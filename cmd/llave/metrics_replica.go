package main

// replicaMetrics tell how the work is divided between the processes on one store.
func (a *app) replicaMetrics(reg registry) {
	if a.Store == sqliteStore {
		return
	}
	s := a.engine.Stats()
	reg.gauge("llave_replicas", "Processes that live on the store, this one included.", func() float64 { others, _ := a.engine.Replicas(); return float64(others + 1) })
	reg.gauge("llave_shards_held", "Shards of chats that this process holds, of 256.", func() float64 { _, held := a.engine.Replicas(); return float64(held) })
	reg.counter("llave_shard_claims_total", "Shards that this process has taken.", s.ShardsClaimed.Load)
	reg.counter("llave_shards_lost_total", "Shards that another process took while this one believed to hold them.", s.ShardsLost.Load)
	const fenced = "Writes that were refused because another process holds the shard: this one was held up for longer than its lease."
	reg.counter("llave_fenced_total", fenced, s.FencedTurns.Load, "what", "turn")
	reg.counter("llave_fenced_total", fenced, s.Fenced.Load, "what", "delivery")
	reg.counter("llave_store_went_back_total", "Times that the store held less than it had committed, as after a failover. Any is an alarm.", s.WentBack.Load)
	const wakeups = "What processes tell each other so that nobody waits for a heartbeat. What is lost is found within a second."
	reg.counter("llave_wakeups_total", wakeups, s.WakeSent.Load, "what", "sent")
	reg.counter("llave_wakeups_total", wakeups, s.Woken.Load, "what", "received")
	reg.counter("llave_wakeups_total", wakeups, s.WakeFailed.Load, "what", "failed")
	reg.counter("llave_updates_for_others_total", "Updates kept that another process answers.", s.Elsewhere.Load)
}
