#include <nlohmann/json.hpp>

#include "client/report/format.h"

namespace client::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr int kIndent = 2;

double in_seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

/// Sets a key whose absence says that there is nothing.
void set_text(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json client_object(const FailedClient& client) {
  Json object{{"group", client.group}, {"index", client.index}};
  set_text(object, "endpoint", client.endpoint);
  object["notes"] = client.notes;
  return object;
}

Json failure_object(const Failure& failure, const std::string& path) {
  Json object{{"code", failure.code}, {"phase", failure.phase}};
  set_text(object, "errno", failure.errno_name);
  object["title"] = failure.title;
  object["place"] = {{"file", path}, {"line", failure.line}, {"column", failure.column}, {"pointer", failure.pointer}};
  object["count"] = failure.count;
  Json clients = Json::array();
  for (const FailedClient& client : failure.clients) clients.push_back(client_object(client));
  object["clients"] = std::move(clients);
  return object;
}

Json metric_object(const load::Histogram& histogram) {
  if (histogram.count() == 0) return {{"count", 0}};
  const auto at = [&](double percent) { return in_seconds(histogram.percentile(percent)); };
  return {{"count", histogram.count()},
          {"min_s", in_seconds(histogram.min())},
          {"p50_s", at(50)},
          {"p90_s", at(90)},
          {"p99_s", at(99)},
          {"p99_9_s", at(99.9)},
          {"max_s", in_seconds(histogram.max())}};
}

Json metrics_object(const load::Measurements& measured) {
  Json object{{"response", metric_object(measured.response)},
              {"service", metric_object(measured.service)},
              {"exchange", metric_object(measured.exchange)},
              {"connect", metric_object(measured.connect)},
              {"schedule_error", metric_object(measured.lateness)}};
  for (const load::Metric metric : load::kMetrics) {
    if (!is_duration(metric)) object[name_of(metric)] = {{"count", count_of(measured, metric)}};
  }
  return object;
}

Json search_object(const load::FoundRates& search) {
  Json object = Json::object();
  if (search.held) object["held_per_s"] = *search.held;
  if (search.breached) object["breached_per_s"] = *search.breached;
  if (search.inconclusive) object["inconclusive_per_s"] = *search.inconclusive;
  return object;
}

Json failure_array(const std::vector<Failure>& failures, const std::string& path) {
  Json array = Json::array();
  for (const Failure& failure : failures) array.push_back(failure_object(failure, path));
  return array;
}

Json load_object(const Load& load, const std::string& path) {
  Json object{{"elapsed_s", in_seconds(load.measured.elapsed)}};
  if (load.measured.requested) object["requested_per_s"] = *load.measured.requested;
  object["achieved_per_s"] = load.measured.achieved();
  object["cut_short"] = load.measured.cut_short;
  object["verified"] = load.measured.verified;
  object["cpu_s"] = in_seconds(load.measured.cpu());
  object["utilization"] = utilization(load.measured);
  set_text(object, "client_bound", load.client_bound);
  if (load.search) object["find_max"] = search_object(*load.search);
  Json thresholds = Json::array();
  for (const Threshold& threshold : load.thresholds) {
    Json one{{"text", threshold.text}};
    if (threshold.held) one["held"] = *threshold.held;
    if (threshold.value) one["value"] = *threshold.value;
    set_text(one, "code", threshold.code);
    thresholds.push_back(std::move(one));
  }
  object["thresholds"] = std::move(thresholds);
  object["warmup"] = {{"errors", load.measured.warmup_errors}, {"failures", failure_array(load.warmup_failures, path)}};
  return object;
}

Json scenario_object(const Scenario& scenario) {
  Json object{{"name", scenario.name},
              {"path", scenario.path},
              {"tags", scenario.tags},
              {"verdict", name_of(scenario.verdict)}};
  set_text(object, "reason", scenario.reason);
  object["repetition"] = scenario.repetition;
  object["seed"] = scenario.seed;
  object["command"] = scenario.command;
  if (scenario.started) object["started"] = format_time(*scenario.started);
  object["elapsed_s"] = in_seconds(scenario.elapsed);
  object["clients"] = {{"planned", scenario.planned},         {"passed", scenario.passed},
                       {"failed", scenario.failed},           {"skipped", scenario.skipped},
                       {"interrupted", scenario.interrupted}, {"not_run", scenario.not_run}};
  object["connections"] = scenario.connections;
  object["frames"] = scenario.frames;
  object["bytes_sent"] = scenario.bytes_sent;
  object["bytes_received"] = scenario.bytes_received;
  object["failures"] = failure_array(scenario.failures, scenario.path);
  if (scenario.load) {
    object["load"] = load_object(*scenario.load, scenario.path);
    object["metrics"] = metrics_object(scenario.load->measured);
  }
  return object;
}

}  // namespace

std::string to_json(const Report& report) {
  Json object{{"version", kVersion}, {"tool", {{"name", "echo_client"}, {"version", report.version}}}};
  if (const auto time = started(report)) object["started"] = format_time(*time);
  object["elapsed_s"] = in_seconds(elapsed(report));
  object["seed"] = report.seed;
  object["verdict"] = name_of(report.verdict);
  object["incomplete"] = report.is_incomplete;
  set_text(object, "reason", report.reason);
  Json scenarios = Json::array();
  for (const Scenario& scenario : report.scenarios) scenarios.push_back(scenario_object(scenario));
  object["scenarios"] = std::move(scenarios);
  return object.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace client::report
