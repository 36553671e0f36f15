#include "common/report/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>
#include <vector>

namespace mdh {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::array kOutcomes{"success",   "config",      "refused", "throttled",
                               "malformed", "unreachable", "storage"};

double in_seconds(milliseconds length) {
  return std::chrono::duration<double>(length).count();
}

ClientMetric gauge(double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

ClientMetric counter(double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  return metric;
}

MetricFamily family(const std::string& name, const std::string& help, MetricType type) {
  MetricFamily made;
  made.name = name;
  made.help = help;
  made.type = type;
  return made;
}

MetricFamily single(const std::string& name, const std::string& help, ClientMetric metric,
                    MetricType type = MetricType::Gauge) {
  MetricFamily made = family(name, help, type);
  made.metric.push_back(std::move(metric));
  return made;
}

// Zero before the first set, so that an alert on "expires soon" also sees a profile that never got
// one.
MetricFamily expiry(const State& state, Now now) {
  MetricFamily made = family("mdh_credentials_expiry_timestamp_seconds",
                             "When the profile's credentials expire, in seconds since the epoch "
                             "by this machine's clock; 0 before the first set.",
                             MetricType::Gauge);
  for (const ProfileState& profile : state.profiles) {
    const double at =
        profile.credentials ? in_seconds(ends_at(profile.life, now).time_since_epoch()) : 0.0;
    made.metric.push_back(gauge(at, {{"profile", profile.name}}));
  }
  return made;
}

// Every outcome is there from the start, so that rate() sees the first of its kind.
MetricFamily attempts(const State& state) {
  MetricFamily made =
      family("mdh_credentials_refresh_attempts_total",
             "Attempts to refresh a profile that ended, by outcome.", MetricType::Counter);
  for (const ProfileState& profile : state.profiles) {
    for (const char* outcome : kOutcomes) {
      const auto found = profile.outcomes.find(outcome);
      const auto count = found == profile.outcomes.end() ? 0 : found->second;
      made.metric.push_back(
          counter(static_cast<double>(count), {{"profile", profile.name}, {"outcome", outcome}}));
    }
  }
  return made;
}

MetricFamily durations(const DurationHistogram& histogram) {
  ClientMetric metric;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    cumulative += histogram.counts[i];
    const bool last = i == DurationHistogram::kBounds.size();
    const double bound =
        last ? std::numeric_limits<double>::infinity() : DurationHistogram::kBounds[i];
    metric.histogram.bucket.push_back({cumulative, bound});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = histogram.sum;
  return single("mdh_credentials_refresh_duration_seconds",
                "Time from the start of a refresh attempt to its end.", std::move(metric),
                MetricType::Histogram);
}

MetricFamily requests(const HttpCounters& counters) {
  MetricFamily made = family("mdh_credentials_http_requests_total",
                             "Requests answered, by route and status.", MetricType::Counter);
  for (const auto& [key, count] : counters.requests) {
    made.metric.push_back(counter(static_cast<double>(count),
                                  {{"route", key.first}, {"code", std::to_string(key.second)}}));
  }
  return made;
}

MetricFamily denied(const HttpCounters& counters) {
  MetricFamily made = family("mdh_credentials_denied_requests_total",
                             "Requests refused by the guard, by reason.", MetricType::Counter);
  for (const auto& [reason, count] : counters.denied) {
    made.metric.push_back(counter(static_cast<double>(count), {{"reason", reason}}));
  }
  return made;
}

// Zero before the first, and of the visible profiles alone.
MetricFamily served(const State& state, const HttpCounters& counters) {
  MetricFamily made =
      family("mdh_credentials_served_total",
             "How often the profile's credentials were given to somebody.", MetricType::Counter);
  for (const ProfileState& profile : state.profiles) {
    const auto found = counters.served.find(profile.name);
    const double count = found == counters.served.end() ? 0 : static_cast<double>(found->second);
    made.metric.push_back(counter(count, {{"profile", profile.name}}));
  }
  return made;
}

MetricFamily skews(const State& state, Now now) {
  MetricFamily made = family("mdh_credentials_clock_skew_seconds",
                             "Upstream's clock minus ours, by its Date header.", MetricType::Gauge);
  for (const AccountState& account : state.accounts) {
    const auto measured = skew(account, now);
    if (measured) made.metric.push_back(gauge(in_seconds(*measured), {{"account", account.name}}));
  }
  return made;
}

// Of profiles that are asked for in a file alone.
MetricFamily files(const State& state) {
  MetricFamily made =
      family("mdh_credentials_profile_file_ok",
             "1 where the profile file holds what it should, 0 where it does not (yet).",
             MetricType::Gauge);
  for (const ProfileState& profile : state.profiles) {
    const FileCondition file = profile.file.condition;
    if (file == FileCondition::disabled) continue;
    made.metric.push_back(
        gauge(file == FileCondition::written ? 1 : 0, {{"profile", profile.name}}));
  }
  return made;
}

MetricFamily failing(const State& state) {
  MetricFamily made = family("mdh_credentials_failing_since_timestamp_seconds",
                             "Since when every attempt to refresh the profile has failed, with the "
                             "class of the last; no series where the last one succeeded.",
                             MetricType::Gauge);
  for (const ProfileState& profile : state.profiles) {
    if (!profile.last_failure) continue;
    made.metric.push_back(
        gauge(in_seconds(profile.last_failure->since.time_since_epoch()),
              {{"profile", profile.name},
               {"class", std::string(name(profile.last_failure->error.error_class))}}));
  }
  return made;
}

void add_reload(std::vector<MetricFamily>& families, const State& state) {
  const auto& refused = state.refused_reload;
  families.push_back(
      single("mdh_credentials_reload_ok",
             "0 where a newer configuration was refused, and the old one is in force.",
             gauge(refused ? 0 : 1)));
  const WallTime at = refused ? refused->since : state.config_read;
  families.push_back(single("mdh_credentials_reload_timestamp_seconds",
                            "Since when that is so: the configuration was read, or refused.",
                            gauge(in_seconds(at.time_since_epoch()))));
}

MetricFamily hidden(const HiddenProfiles& profiles) {
  MetricFamily made = family("mdh_credentials_hidden_profiles",
                             "Profiles that the reader may not see, by whether they are served.",
                             MetricType::Gauge);
  const auto put = [&](std::size_t count, const char* served) {
    made.metric.push_back(gauge(static_cast<double>(count), {{"served", served}}));
  };
  put(profiles.servable, "yes");
  put(profiles.count - profiles.servable, "no");
  return made;
}

void add_process(std::vector<MetricFamily>& families, const ProcessFigures& process) {
  families.push_back(single("mdh_credentials_longest_turn_seconds",
                            "The longest time since the start that one turn of the daemon's loop "
                            "took, during which nobody was answered.",
                            gauge(in_seconds(process.longest_turn))));
  families.push_back(single("process_cpu_seconds_total", "User and system CPU time spent.",
                            counter(process.cpu_seconds), MetricType::Counter));
  families.push_back(single("process_resident_memory_bytes", "Resident memory size.",
                            gauge(process.resident_bytes)));
  families.push_back(
      single("process_virtual_memory_bytes", "Virtual memory size.", gauge(process.virtual_bytes)));
  families.push_back(single("process_open_fds", "Open file descriptors.", gauge(process.open_fds)));
  families.push_back(
      single("process_max_fds", "Most file descriptors allowed.", gauge(process.max_fds)));
  families.push_back(single("process_start_time_seconds",
                            "Start of the process, in seconds since the epoch.",
                            gauge(process.start_time_seconds)));
}

}  // namespace

std::string metrics_text(const VisibleState& shown, const MetricsFigures& figures, Now now) {
  const State& state = shown.state;
  std::vector<MetricFamily> families{
      expiry(state, now),
      attempts(state),
      durations(state.durations),
      requests(figures.counters),
      denied(figures.counters),
      served(state, figures.counters),
      skews(state, now),
      files(state),
      failing(state),
      hidden(shown.hidden),
      single("mdh_credentials_build_info", "The program's version; always 1.",
             gauge(1, {{"version", MDH_VERSION}}))};
  add_reload(families, state);
  add_process(families, figures.process);
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

}  // namespace mdh
