export class MetricsPlugin {}
