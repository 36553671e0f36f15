#include "tests/simulation/weather.h"

#include <algorithm>
#include <cmath>

namespace mdh::simulation {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  int number(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  // Short ones are as common as long ones: the logarithm is uniform.
  Time length(Time least, Time most) {
    const double low = std::log(static_cast<double>(least.count()));
    const double high = std::log(static_cast<double>(most.count()));
    return Time(std::llround(std::exp(std::uniform_real_distribution(low, high)(random_))));
  }
  Time moment() {
    return Time(std::uniform_int_distribution<std::int64_t>(0, kMonth.count())(random_));
  }

 private:
  std::mt19937_64 random_;
};

struct Recipe {
  Kind kind;
  int count;
  Time least;
  Time most;
  bool of_account;
};

constexpr Recipe kRecipes[] = {
    {Kind::outage, 24, seconds(5), hours(5), false},
    {Kind::token_5xx, 10, seconds(10), hours(2), true},
    {Kind::exchange_5xx, 10, seconds(10), hours(2), true},
    {Kind::hang, 8, minutes(1), hours(1), true},
    {Kind::slow, 10, minutes(10), hours(3), false},
    {Kind::throttled, 12, minutes(5), hours(1), true},
    {Kind::invalid_client, 1, hours(24), hours(25), true},
    {Kind::invalid_client, 4, minutes(2), hours(1), true},
    {Kind::denied, 6, minutes(10), hours(30), true},
    {Kind::malformed, 6, minutes(2), hours(1), true},
    {Kind::stray_date, 5, seconds(30), minutes(2), true},
    {Kind::old_key, 3, seconds(10), minutes(20), true},
    {Kind::clock_off, 8, minutes(1), hours(2), false},
    {Kind::disk_full, 5, minutes(10), hours(8), false},
};

Spell draw_spell(const Recipe& recipe, Draw& draw) {
  Spell spell;
  spell.kind = recipe.kind;
  spell.from = draw.moment();
  spell.until = spell.from + draw.length(recipe.least, recipe.most);
  if (recipe.of_account) spell.account = draw.number(kAccounts);
  if (recipe.kind == Kind::denied) {
    spell.project = draw.number(kProjects);
    spell.account = place(spell.project).account;
  }
  if (recipe.kind == Kind::throttled) spell.asked = seconds(draw.number(2) * 30 * draw.number(40));
  if (recipe.kind == Kind::clock_off) spell.shift = hours(draw.number(2) ? 1 : -1);
  spell.local = draw.number(2) == 0;
  return spell;
}

// One sleep every three days or so, never two at once.
void add_suspends(Weather& weather, Draw& draw) {
  for (int i = 0; i < 10; ++i) {
    Spell spell;
    spell.kind = Kind::suspend;
    spell.from = kMonth / 10 * i + Time(draw.number(100'000'000));
    spell.until = spell.from + draw.length(minutes(1), hours(10));
    weather.spells.push_back(spell);
  }
}

bool hurts(Kind kind) {
  return kind != Kind::disk_full && kind != Kind::clock_off && kind != Kind::stray_date;
}

}  // namespace

Place place(int project) {
  return {project % kAccounts, project};
}

seconds life(int project) {
  constexpr seconds kLives[] = {seconds(900), seconds(3600), seconds(43200)};
  return kLives[(project / kAccounts) % 3];
}

const Spell* Weather::find(Kind kind, Time time, Place where) const {
  for (const Spell& spell : by_kind.at(kind)) {
    if (spell.from > time) break;
    if (spell.covers(time) && spell.hits(where)) return &spell;
  }
  return nullptr;
}

std::optional<Time> Weather::fair_since(Time time, Place where) const {
  Time fair{};
  for (const Spell& spell : spells) {
    if (spell.from > time) break;
    if (!hurts(spell.kind) || !spell.hits(where)) continue;
    if (spell.covers(time)) return std::nullopt;
    fair = std::max(fair, spell.until);
  }
  return fair;
}

Time Weather::next_change(Time time) const {
  Time next = Time::max();
  for (const Spell& spell : spells) {
    if (spell.until > time) next = std::min(next, spell.until);
    if (spell.from <= time) continue;
    return std::min(next, spell.from);
  }
  return next;
}

Weather draw_weather(std::uint64_t seed) {
  Draw draw(seed);
  Weather weather;
  for (const Recipe& recipe : kRecipes) {
    for (int i = 0; i < recipe.count; ++i) weather.spells.push_back(draw_spell(recipe, draw));
  }
  add_suspends(weather, draw);
  std::sort(weather.spells.begin(), weather.spells.end(),
            [](const Spell& left, const Spell& right) { return left.from < right.from; });
  for (const Spell& spell : weather.spells) weather.by_kind[spell.kind].push_back(spell);
  for (int i = 0; i < 6; ++i) weather.revocations.push_back(draw.moment());
  std::sort(weather.revocations.begin(), weather.revocations.end());
  return weather;
}

}  // namespace mdh::simulation
