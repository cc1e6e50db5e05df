package dev.plinth.engine;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.tree.YieldTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Finds the sentences in the code of the product, by its syntax trees: each expression that makes a text of several words, with the
 * call that takes it. Variables read as {@code <name>}; constants, conditions and private methods are read out. Not thread-safe.
 */
final class ErrorTextScan {
    private static final int ALTERNATIVES_MAX = 40;
    private static final int DEPTH_MAX = 6;
    private static final Pattern PLACEHOLDER = Pattern.compile("<[^>]*>");
    private static final Pattern WORDS = Pattern.compile(".*[A-Za-z]+.* .*[A-Za-z]+.* .*[A-Za-z]+.*");
    private static final Pattern FORMAT = Pattern.compile("%(?:s|d|04X)");
    private static final Pattern CONSTANT = Pattern.compile("(?:[A-Za-z]+\\.)*[A-Z0-9_]+");
    private static final Pattern PLAIN_CODE = Pattern.compile("[a-z]+(?:_[a-z]+)*");
    /** Calls that only hand on the text that they are given. */
    private static final Set<String> WRAPPERS = Set.of("List.of", "Optional.of", "Stream.of", "String.format");
    /** Methods whose result reads as the thing that they are called on. */
    private static final Set<String> READ_AS_RECEIVER = Set.of(
            "name", "text", "wireName", "length", "size", "toString", "get", "orElseThrow", "strip", "replaceFirst");

    private final SourcePositions positions;
    private final Map<String, ExpressionTree> constants = new HashMap<>();
    /** Constants by their bare names, for static imports. */
    private final Map<String, ExpressionTree> byName = new HashMap<>();

    private final List<Unit> units = new ArrayList<>();
    private final Set<Tree> readOut = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Unit, Map<String, List<MethodTree>>> methods = new IdentityHashMap<>();

    /**
     * A sentence.
     *
     * @param file the path of its file
     * @param line where it stands
     * @param taker the method or type that takes it, such as {@code error} or {@code new IllegalStateException}; {@code return} and the
     *     name of a variable where no call takes it
     * @param words the constants beside it: names such as {@code ProblemCode.NOT_FOUND}, and texts such as {@code too_long}
     */
    record Found(String file, long line, String taker, List<String> words, String text) {
        @Override
        public String toString() {
            return file + ":" + line + ": " + taker + words + " " + text;
        }
    }

    /** Returns all sentences of these files of Java code, in their order. */
    static List<Found> of(List<SourceFile> files) {
        return new ErrorTextScan(files).find();
    }

    private record Unit(SourceFile file, CompilationUnitTree tree) {}

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(SourceFile file) {
            super(URI.create("string:///" + file.path()), Kind.SOURCE);
            text = file.text();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private ErrorTextScan(List<SourceFile> files) {
        List<Source> sources = files.stream().map(Source::new).toList();
        JavacTask task = (JavacTask)
                ToolProvider.getSystemJavaCompiler().getTask(null, null, null, List.of("-proc:none"), null, sources);
        positions = Trees.instance(task).getSourcePositions();
        try {
            int next = 0;
            for (CompilationUnitTree tree : task.parse()) {
                units.add(new Unit(files.get(next++), tree));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Unit unit : units) {
            Map<String, List<MethodTree>> own = new HashMap<>();
            new TreePathScanner<Void, Void>() {
                @Override
                public Void visitMethod(MethodTree method, Void nothing) {
                    own.computeIfAbsent(method.getName().toString(), name -> new ArrayList<>())
                            .add(method);
                    return super.visitMethod(method, nothing);
                }

                @Override
                public Void visitVariable(VariableTree variable, Void nothing) {
                    if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree type
                            && variable.getInitializer() != null
                            && variable.getModifiers().getFlags().contains(Modifier.FINAL)) {
                        constants.putIfAbsent(
                                type.getSimpleName() + "." + variable.getName(), variable.getInitializer());
                        byName.putIfAbsent(variable.getName().toString(), variable.getInitializer());
                    }
                    return super.visitVariable(variable, nothing);
                }
            }.scan(unit.tree(), null);
            methods.put(unit, own);
        }
    }

    private List<Found> find() {
        Set<Found> taken = new LinkedHashSet<>();
        Map<Found, Tree> loose = new LinkedHashMap<>();
        for (Unit unit : units) {
            Set<Tree> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            new TreePathScanner<Void, Void>() {
                @Override
                public Void visitAnnotation(AnnotationTree annotation, Void nothing) {
                    return null;
                }

                @Override
                public Void visitLiteral(LiteralTree literal, Void nothing) {
                    if (literal.getValue() instanceof String) {
                        TreePath top = top(getCurrentPath());
                        if (seen.add(top.getLeaf())) {
                            add(unit, top, taken, loose);
                        }
                    }
                    return null;
                }

                @Override
                public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                    arguments(call.getArguments());
                    return super.visitMethodInvocation(call, nothing);
                }

                @Override
                public Void visitNewClass(NewClassTree call, Void nothing) {
                    arguments(call.getArguments());
                    return super.visitNewClass(call, nothing);
                }

                private void arguments(List<? extends ExpressionTree> arguments) {
                    for (ExpressionTree argument : arguments) {
                        boolean isNamed = argument instanceof IdentifierTree
                                || argument instanceof MethodInvocationTree call
                                        && call.getMethodSelect() instanceof IdentifierTree;
                        if (isNamed && seen.add(argument)) {
                            add(unit, new TreePath(getCurrentPath(), argument), taken, loose);
                        }
                    }
                }
            }.scan(unit.tree(), null);
        }
        loose.forEach((found, tree) -> {
            if (!readOut.contains(tree)) {
                taken.add(found);
            }
        });
        return List.copyOf(taken);
    }

    private void add(Unit unit, TreePath top, Set<Found> taken, Map<Found, Tree> loose) {
        ExpressionTree expression = (ExpressionTree) top.getLeaf();
        long line = unit.tree().getLineMap().getLineNumber(positions.getStartPosition(unit.tree(), expression));
        TreePath place = top.getParentPath();
        Tree child = expression;
        while (place.getLeaf() instanceof MethodInvocationTree call
                && WRAPPERS.contains(call.getMethodSelect().toString())) {
            child = place.getLeaf();
            place = place.getParentPath();
        }
        boolean isTaken = true;
        String taker;
        List<String> words = List.of();
        Tree by = place.getLeaf();
        if (by instanceof LambdaExpressionTree) {
            by = place.getParentPath().getLeaf();
        }
        if (by instanceof MethodInvocationTree call) {
            if (call.getMethodSelect() == child) {
                return;
            }
            taker = call.getMethodSelect().toString();
            words = words(call.getArguments());
        } else if (by instanceof NewClassTree call) {
            taker = "new " + call.getIdentifier();
            words = words(call.getArguments());
        } else {
            isTaken = false;
            taker = by instanceof VariableTree variable
                    ? variable.getName().toString()
                    : by instanceof ReturnTree ? "return" : by.getKind().toString();
        }
        for (String text : texts(unit, top, expression, 0)) {
            if (WORDS.matcher(PLACEHOLDER.matcher(text).replaceAll("")).matches()) {
                String plain = FORMAT.matcher(text).replaceAll("<value>");
                Found found = new Found(unit.file().path(), line, taker, words, plain);
                if (isTaken) {
                    taken.add(found);
                } else {
                    loose.put(found, expression);
                }
            }
        }
    }

    /** Climbs from a literal to the whole text that it is a part of. */
    private static TreePath top(TreePath literal) {
        TreePath at = literal;
        while (true) {
            TreePath above = at.getParentPath();
            Tree leaf = above.getLeaf();
            boolean isPart = leaf instanceof BinaryTree binary && binary.getKind() == Tree.Kind.PLUS
                    || leaf instanceof ParenthesizedTree
                    || leaf instanceof ConditionalExpressionTree condition && condition.getCondition() != at.getLeaf();
            if (isPart) {
                at = above;
            } else if ((leaf instanceof CaseTree || leaf instanceof YieldTree)
                    && above.getParentPath().getLeaf() instanceof SwitchExpressionTree) {
                at = above.getParentPath();
            } else {
                return at;
            }
        }
    }

    private List<String> words(List<? extends ExpressionTree> arguments) {
        List<String> words = new ArrayList<>();
        for (ExpressionTree given : arguments) {
            ExpressionTree argument = given instanceof IdentifierTree name
                            && CONSTANT.matcher(name.toString()).matches()
                    ? byName.getOrDefault(name.toString(), given)
                    : given;
            if (argument instanceof ConditionalExpressionTree either) {
                List<String> both = words(List.of(either.getTrueExpression(), either.getFalseExpression()));
                if (!both.isEmpty()) {
                    words.add(String.join(" or ", both));
                }
            } else if (argument instanceof LiteralTree literal
                    && literal.getValue() instanceof String text
                    && PLAIN_CODE.matcher(text).matches()) {
                words.add(text);
            } else if (argument instanceof MemberSelectTree constant
                    && constant.getExpression().toString().equals("ProblemCode")) {
                words.add(constant.toString());
            }
        }
        return words;
    }

    private List<String> texts(Unit unit, TreePath at, Tree tree, int depth) {
        if (tree instanceof LiteralTree literal) {
            return List.of(String.valueOf(literal.getValue()));
        }
        if (tree instanceof ParenthesizedTree inner) {
            boolean isSum = inner.getExpression() instanceof BinaryTree && !hasText(inner);
            return isSum ? List.of(placeholder("value")) : texts(unit, at, inner.getExpression(), depth);
        }
        Long number = number(at, tree, 0);
        if (number != null) {
            return List.of(number.toString());
        }
        if (tree instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
            List<String> all = new ArrayList<>();
            for (String left : texts(unit, at, sum.getLeftOperand(), depth)) {
                for (String right : texts(unit, at, sum.getRightOperand(), depth)) {
                    all.add(left + right);
                }
            }
            return all.subList(0, Math.min(all.size(), ALTERNATIVES_MAX));
        }
        if (tree instanceof ConditionalExpressionTree either) {
            List<String> all = new ArrayList<>(texts(unit, at, either.getTrueExpression(), depth));
            all.addAll(texts(unit, at, either.getFalseExpression(), depth));
            return all;
        }
        if (tree instanceof SwitchExpressionTree cases) {
            return cases(unit, at, cases, depth);
        }
        if (tree instanceof IdentifierTree name) {
            return named(unit, at, name, depth);
        }
        if (tree instanceof MemberSelectTree constant) {
            ExpressionTree value = constants.get(constant.toString());
            return value instanceof LiteralTree || value != null && isText(value)
                    ? texts(unit, at, value, depth)
                    : List.of(placeholder(constant.getIdentifier().toString()));
        }
        if (tree instanceof MethodInvocationTree call) {
            return called(unit, at, call, depth);
        }
        return List.of(placeholder("value"));
    }

    /** Returns the value of a whole number that is made of constants; null if it is something else. */
    private Long number(TreePath at, Tree tree, int depth) {
        if (depth > DEPTH_MAX) {
            return null;
        }
        if (tree instanceof LiteralTree literal) {
            return literal.getValue() instanceof Number number && !(number instanceof Double)
                    ? number.longValue()
                    : null;
        }
        if (tree instanceof ParenthesizedTree inner) {
            return number(at, inner.getExpression(), depth);
        }
        if (tree instanceof BinaryTree both) {
            Long left = number(at, both.getLeftOperand(), depth);
            Long right = number(at, both.getRightOperand(), depth);
            return left == null || right == null ? null : result(both.getKind(), left, right);
        }
        String name = tree instanceof IdentifierTree own ? own.getName().toString() : tree.toString();
        if (!CONSTANT.matcher(name).matches()) {
            return null;
        }
        ExpressionTree value = constants.getOrDefault(name, byName.get(name));
        for (TreePath path = at; path != null; path = path.getParentPath()) {
            value = path.getLeaf() instanceof ClassTree type
                    ? constants.getOrDefault(type.getSimpleName() + "." + name, value)
                    : value;
        }
        return value == null ? null : number(at, value, depth + 1);
    }

    private static Long result(Tree.Kind kind, long left, long right) {
        return switch (kind) {
            case PLUS -> left + right;
            case MINUS -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> right == 0 ? null : left / right;
            case LEFT_SHIFT -> left << right;
            default -> null;
        };
    }

    private List<String> cases(Unit unit, TreePath at, SwitchExpressionTree cases, int depth) {
        List<String> all = new ArrayList<>();
        for (CaseTree each : cases.getCases()) {
            if (each.getBody() instanceof ExpressionTree value) {
                all.addAll(texts(unit, at, value, depth));
            }
        }
        return all;
    }

    private List<String> named(Unit unit, TreePath at, IdentifierTree name, int depth) {
        Tree value = depth > DEPTH_MAX ? null : valueOf(at, name.getName().toString());
        if (value instanceof ExpressionTree expression && (expression instanceof LiteralTree || isText(expression))) {
            readOut.add(expression);
            return texts(unit, at, expression, depth + 1);
        }
        if (value instanceof MethodInvocationTree call && call.getMethodSelect() instanceof IdentifierTree) {
            List<String> returned = called(unit, at, call, depth + 1).stream()
                    .filter(text -> !text.isEmpty())
                    .toList();
            return returned.get(0).matches("<[^>]*>")
                    ? List.of(placeholder(name.getName().toString()))
                    : returned;
        }
        return List.of(placeholder(name.getName().toString()));
    }

    /** Returns how a local variable or a constant of the class begins; null if it is a parameter. */
    private Tree valueOf(TreePath at, String name) {
        for (TreePath path = at; path != null; path = path.getParentPath()) {
            if (path.getLeaf() instanceof BlockTree block) {
                for (var statement : block.getStatements()) {
                    if (statement instanceof VariableTree variable
                            && variable.getName().contentEquals(name)) {
                        return variable.getInitializer();
                    }
                }
            } else if (path.getLeaf() instanceof MethodTree method
                    && method.getParameters().stream()
                            .anyMatch(each -> each.getName().contentEquals(name))) {
                return null;
            } else if (path.getLeaf() instanceof ClassTree type) {
                ExpressionTree constant = constants.get(type.getSimpleName() + "." + name);
                if (constant != null) {
                    return constant;
                }
            }
        }
        return null;
    }

    private List<String> called(Unit unit, TreePath at, MethodInvocationTree call, int depth) {
        String select = call.getMethodSelect().toString();
        if (select.equals("Quoted.of")) {
            return List.of("\""
                    + texts(unit, at, call.getArguments().get(0), DEPTH_MAX + 1).get(0) + "\"");
        }
        if (select.equals("String.format")) {
            int first = call.getArguments().get(0).toString().equals("Locale.ROOT") ? 1 : 0;
            return texts(unit, at, call.getArguments().get(first), depth);
        }
        if (select.equals("String.join")) {
            return List.of(placeholder(
                    lastName(call.getArguments().get(call.getArguments().size() - 1))));
        }
        if (call.getMethodSelect() instanceof IdentifierTree own && depth <= DEPTH_MAX) {
            List<String> all = new ArrayList<>();
            for (MethodTree method :
                    methods.get(unit).getOrDefault(own.getName().toString(), List.of())) {
                returned(method, value -> {
                    if (isText(value)) {
                        readOut.add(value);
                        all.addAll(texts(
                                unit, new TreePath(new TreePath(at, method), method.getBody()), value, depth + 1));
                    }
                });
            }
            if (!all.isEmpty()) {
                return all;
            }
        }
        return List.of(placeholder(lastName(call)));
    }

    private static void returned(MethodTree method, Consumer<ExpressionTree> each) {
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitReturn(ReturnTree value, Void nothing) {
                if (value.getExpression() != null) {
                    each.accept(value.getExpression());
                }
                return super.visitReturn(value, nothing);
            }

            @Override
            public Void visitLambdaExpression(LambdaExpressionTree lambda, Void nothing) {
                return null;
            }
        }.scan(method.getBody(), null);
    }

    /** Returns true if an expression spells words itself. */
    private static boolean isText(ExpressionTree expression) {
        if (expression instanceof LiteralTree literal) {
            return literal.getValue() instanceof String text && text.contains(" ");
        }
        if (expression instanceof ParenthesizedTree inner) {
            return isText(inner.getExpression());
        }
        if (expression instanceof BinaryTree sum) {
            return sum.getKind() == Tree.Kind.PLUS && (isText(sum.getLeftOperand()) || isText(sum.getRightOperand()));
        }
        if (expression instanceof ConditionalExpressionTree either) {
            return isText(either.getTrueExpression()) || isText(either.getFalseExpression());
        }
        if (expression instanceof SwitchExpressionTree cases) {
            return cases.getCases().stream()
                    .anyMatch(each -> each.getBody() instanceof ExpressionTree value && isText(value));
        }
        return false;
    }

    private static boolean hasText(Tree tree) {
        return tree instanceof LiteralTree literal && literal.getValue() instanceof String
                || tree instanceof ParenthesizedTree inner && hasText(inner.getExpression())
                || tree instanceof ConditionalExpressionTree either
                        && (hasText(either.getTrueExpression()) || hasText(either.getFalseExpression()))
                || tree instanceof BinaryTree sum && (hasText(sum.getLeftOperand()) || hasText(sum.getRightOperand()));
    }

    private static String lastName(ExpressionTree expression) {
        if (expression instanceof MethodInvocationTree call) {
            if (call.getMethodSelect() instanceof MemberSelectTree select) {
                String name = select.getIdentifier().toString();
                boolean isOnThing = select.getExpression() instanceof IdentifierTree
                        || select.getExpression() instanceof MethodInvocationTree;
                return READ_AS_RECEIVER.contains(name) && isOnThing && !isType(select.getExpression())
                        ? lastName(select.getExpression())
                        : name;
            }
            return call.getMethodSelect().toString();
        }
        if (expression instanceof MemberSelectTree select) {
            return select.getIdentifier().toString();
        }
        return expression instanceof IdentifierTree name ? name.getName().toString() : "value";
    }

    private static boolean isType(ExpressionTree expression) {
        return expression instanceof IdentifierTree name
                && Character.isUpperCase(name.getName().charAt(0));
    }

    /** Spells a name as a placeholder, in words. */
    private static String placeholder(String name) {
        String words = name.toUpperCase(Locale.ROOT).equals(name)
                ? name.toLowerCase(Locale.ROOT).replace('_', ' ')
                : name.replaceFirst("^(?:get|to)(?=[A-Z])", "")
                        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                        .toLowerCase(Locale.ROOT);
        return "<" + words + ">";
    }
}
