#pragma once
#include "sql/bind_context.h"
#include "sql/bound.h"

namespace leat::sql {

/// Binds one kind of statement; binder.cc finds the right one. Errors: as bind().
Result<bound::Statement> bind_statement(const BindContext& context, const CreateSource& create);
Result<bound::Statement> bind_statement(const BindContext& context, const CreateAsSelect& create);
Result<bound::Statement> bind_statement(const BindContext& context, const InsertSelect& insert);
Result<bound::Statement> bind_statement(const BindContext& context, const InsertValues& insert);
Result<bound::Statement> bind_statement(const BindContext& context, const Select& select);
Result<bound::Statement> bind_statement(const BindContext& context, const DropSource& drop);
Result<bound::Statement> bind_statement(const BindContext& context, const AlterSource& alter);
Result<bound::Statement> bind_statement(const BindContext& context, const CreateType& create);
Result<bound::Statement> bind_statement(const BindContext& context, const DropType& drop);
Result<bound::Statement> bind_statement(const BindContext& context, const CreateConnector& create);
Result<bound::Statement> bind_statement(const BindContext& context, const DropConnector& drop);
Result<bound::Statement> bind_statement(const BindContext& context, const ControlQuery& control);
Result<bound::Statement> bind_statement(const BindContext& context, const Explain& explain);
Result<bound::Statement> bind_statement(const BindContext& context, const Show& show);
Result<bound::Statement> bind_statement(const BindContext& context, const Describe& describe);
Result<bound::Statement> bind_statement(const BindContext& context, const Print& print);
Result<bound::Statement> bind_statement(const BindContext& context, const SetProperty& set);
Result<bound::Statement> bind_statement(const BindContext& context, const UnsetProperty& unset);
Result<bound::Statement> bind_statement(const BindContext& context, const DefineVariable& define);
Result<bound::Statement> bind_statement(const BindContext& context,
                                        const UndefineVariable& undefine);
Result<bound::Statement> bind_statement(const BindContext& context, const RunScript& run);
Result<bound::Statement> bind_statement(const BindContext& context, const AssertTopic& assert_);
Result<bound::Statement> bind_statement(const BindContext& context, const AssertSchema& assert_);
Result<bound::Statement> bind_statement(const BindContext& context, const AssertValues& assert_);
Result<bound::Statement> bind_statement(const BindContext& context, const AssertSource& assert_);

}  // namespace leat::sql
